//! Invented towns and streets.

/// A town that doesn't exist, in a state that does.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) postal_start: &'static str,
    pub(crate) area_code: &'static str,
}

const fn place(city: &'static str, state: &'static str, postal_start: &'static str, area_code: &'static str) -> Place {
    Place { city, state, postal_start, area_code }
}

pub(crate) const PLACES: &[Place] = &[
    place("Maple Hollow", "VT", "050", "802"),
    place("Port Ellery", "ME", "040", "207"),
    place("San Lucero", "CA", "900", "213"),
    place("Nueva Esperanza", "TX", "780", "210"),
    place("Cedar Junction", "OR", "970", "503"),
    place("Lake Winnow", "MN", "550", "612"),
    place("Fort Calloway", "GA", "300", "404"),
    place("Bayou St. Clair", "LA", "700", "504"),
    place("Granite Ford", "NH", "030", "603"),
    place("Prairie Bell", "KS", "660", "785"),
    place("Coral Inlet", "FL", "330", "305"),
    place("Mount Harlan", "CO", "800", "303"),
    place("Steelbridge", "PA", "150", "412"),
    place("New Tarrow", "NY", "100", "212"),
    place("Saguaro Wells", "AZ", "850", "602"),
    place("Kealani", "HI", "967", "808"),
    place("Otter Sound", "WA", "980", "206"),
    place("Whitcombe-on-the-Hudson", "NY", "125", "845"),
];

pub(crate) const STREETS: &[&str] = &[
    "Sample Street",
    "Example Avenue",
    "Placeholder Lane",
    "Orchard Test Road",
    "Fictional Boulevard",
    "Made-Up Court",
    "N. Imaginary Drive",
    "Old Specimen Road",
    "Demo Terrace",
    "Nowhere Place",
    "Calle de la Muestra",
    "Invented Crescent",
];

pub(crate) const UNITS: &[&str] = &["Apt", "Unit", "Suite", "#", "Floor"];
