"""Signing in, the PIN, and sessions that end."""

import pytest
from ambra_sdk.api import Api
from ambra_sdk.exceptions.service import (
    AuthorizationRequired,
    Blocked,
    Expired,
    InvalidCredentials,
    InvalidPin,
    InvalidSid,
    Lockout,
    MissingFields,
    NotFound,
    PasswordReset,
    PinExpired,
    SsoOnly,
)


def secret(door):
    return door.system['secret']['login'], door.system['secret']['password']


def test_a_login_opens_a_session_for_the_user(api, door):
    login, password = secret(door)
    reply = api.Session.login(login=login, password=password).get()
    assert reply.sid and reply.uuid and reply.name
    assert (reply.pin_required, reply.sign_required) == (0, 0)
    user = Api.with_sid(api.service_full_url(''), reply.sid, rate_limits=None).Session.user().get()
    assert (user.uuid, user.email) == (reply.uuid, login)
    assert user.session_expire > 0 and user.namespaces


def test_a_wrong_password_is_invalid_credentials(url, door):
    login, password = secret(door)
    for name, word in [(login, password + 'x'), ('nobody@example.org', password)]:
        with pytest.raises(InvalidCredentials) as refused:
            Api.with_creds(url, name, word, rate_limits=None).Session.user().get()
        assert refused.value.code == 412
        assert refused.value.error_type == 'INVALID_CREDENTIALS'


def test_a_login_without_a_name_or_password_names_what_is_missing(api):
    with pytest.raises(MissingFields) as refused:
        api.Session.login(login='', password='').get()
    assert sorted(refused.value.error_subtype) == ['login', 'password']


def test_many_wrong_passwords_lock_the_user_out(api, door):
    login, password = secret(door)
    for _ in range(door.settings()['lockoutAfter']):
        with pytest.raises(InvalidCredentials):
            api.Session.login(login=login, password='wrong').get()
    with pytest.raises(Lockout):
        api.Session.login(login=login, password=password).get()


@pytest.mark.parametrize('word, error', [('PASSWORD_RESET', PasswordReset), ('BLOCKED', Blocked), ('SSO_ONLY', SsoOnly)])
def test_an_account_that_may_not_sign_in_says_why(api, door, word, error):
    door.settings(loginRefusedWith=word)
    login, password = secret(door)
    with pytest.raises(error):
        api.Session.login(login=login, password=password).get()


def test_other_calls_wait_for_the_pin(api, url, door):
    door.settings(pinRequired=True)
    login, password = secret(door)
    reply = api.Session.login(login=login, password=password).get()
    assert (reply.pin_required, reply.pin_via) == (1, 'EMAIL')
    waiting = Api.with_sid(url, reply.sid, rate_limits=None)
    with pytest.raises(AuthorizationRequired):
        waiting.Session.user().get_once()
    with pytest.raises(InvalidPin):
        waiting.Session.pin(pin='000000x').get()
    with pytest.raises(MissingFields):
        waiting.Session.pin(pin='').get()
    waiting.Session.pin(pin=door.facts()['lastPin']).get()
    assert waiting.Session.user().get_once().email == login


def test_a_pin_expires_after_three_wrong_ones(api, url, door):
    door.settings(pinRequired=True)
    login, password = secret(door)
    waiting = Api.with_sid(url, api.Session.login(login=login, password=password).get().sid, rate_limits=None)
    for _ in range(3):
        with pytest.raises(InvalidPin):
            waiting.Session.pin(pin='wrong').get()
    with pytest.raises(PinExpired):
        waiting.Session.pin(pin=door.facts()['lastPin']).get()
    with pytest.raises(InvalidSid):
        Api.with_sid(url, 'no-such-session', rate_limits=None).Session.pin(pin='1').get()


def test_a_session_that_ended_is_a_401(api, url, door):
    sid = api.sid
    door.settings(endSessions=True)
    with pytest.raises(AuthorizationRequired) as refused:
        api.Study.list().get_once()
    assert refused.value.code == 401
    with pytest.raises(Expired):
        Api.with_sid(url, sid, rate_limits=None).Session.ttl().get()


def test_logging_out_ends_the_session(api, url):
    sid = api.sid
    assert api.Session.ttl().get().ttl > 0
    api.logout()
    gone = Api.with_sid(url, sid, rate_limits=None)
    with pytest.raises(NotFound):
        gone.Session.logout().get()
    with pytest.raises(AuthorizationRequired):
        gone.Session.user().get_once()


def test_an_idle_session_ends_by_itself(api, door):
    assert api.Session.user().get()
    door.call('POST', '/clock', {'offsetSeconds': 4 * 60 * 60})
    with pytest.raises(AuthorizationRequired):
        api.Session.user().get_once()


def test_permissions_are_those_of_the_account(api, account):
    mine = api.Session.permissions(account_id=account.uuid).get()
    assert (mine.study_view, mine.study_status_edit) == (1, 1)
    assert account.permissions.study_comment_edit == 1
    few = api.Session.permissions(account_id=account.uuid).only(['study_download', 'study_upload']).get()
    assert set(few.to_dict()) == {'study_download', 'study_upload'}
    with pytest.raises(Exception) as refused:
        api.Session.permissions(account_id='00000000-0000-0000-0000-000000000001').get()
    assert refused.value.error_type == 'NOT_FOUND'
    with pytest.raises(Exception) as refused:
        api.Session.permissions().get()
    assert refused.value.error_type == 'MISSING_FIELDS'
