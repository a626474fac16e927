//! Who asks, and whether they may: the document's "Authorization", in its order.

use super::EHealth;
use super::errors::{Refused, documented};
use crate::exchange::Asked;

/// The token and the keys beside it. That a wrong `api-key` is a 401 is inferred.
pub(crate) fn token(system: &EHealth, asked: &Asked) -> Result<(), Refused> {
    let settings = system.settings();
    let expected = format!("Bearer {}", settings.token);
    let good = asked.header("authorization") == Some(expected.as_str())
        && asked.header("api-key") == Some(settings.api_key.as_str())
        && settings.custom_psk.as_deref().is_none_or(|psk| asked.header("x-custom-psk") == Some(psk));
    if good { Ok(()) } else { Err(Refused::token()) }
}

pub(crate) fn scope(system: &EHealth, scope: &str) -> Result<(), Refused> {
    if system.settings().scopes.iter().any(|one| one == scope) { Ok(()) } else { Err(Refused::scope(scope)) }
}

/// The two switches: a party that is not verified for longer than is allowed, and one that is deceased.
pub(crate) fn party(system: &EHealth) -> Result<(), Refused> {
    let settings = system.settings();
    let party = &settings.party;
    let unverified = party.verification_status == "NOT_VERIFIED"
        && party.updated_days_ago >= settings.unverified_party_period_days_allowed;
    if settings.block_unverified_party_users && unverified {
        return Err(Refused::new(403, documented::NOT_VERIFIED));
    }
    let deceased = party.dracs_death_verification_status == "VERIFIED"
        && party.dracs_death_verification_reason == "MANUAL_CONFIRMED";
    if settings.block_deceased_party_users && deceased {
        return Err(Refused::new(403, documented::DECEASED));
    }
    if !settings.legal_entity_active {
        return Err(Refused::new(409, documented::LEGAL_ENTITY));
    }
    Ok(())
}
