"""Bundles, doubled slashes, other ways to prove who one is, and what comes when the server is not itself."""

import base64

import pytest
import requests
from ambra_sdk.exceptions.base import AmbraResponseException
from ambra_sdk.exceptions.service import AuthorizationRequired, MethodNotAllowed
from ambra_sdk.request_args import RequestArgs


def bundle(api, calls, query=''):
    """The client has no call for bundles, but a way to send one."""
    args = RequestArgs(method='POST', url='/bundle', full_url=api.service_full_url('/bundle') + query, json=calls)
    return api.service_request(args, required_sid=False)


def test_a_bundle_answers_every_call_in_order(api, study, door):
    foreign = door.facts()['foreignStudyIds'][0]
    calls = [{'URL': '/study/get', 'sid': api.sid, 'uuid': one} for one in (study.uuid, foreign, study.uuid)]
    calls.append({'URL': '/study/get', 'uuid': study.uuid})
    reply = bundle(api, calls)
    assert reply.status_code == 200
    results = reply.json()
    assert [one['HTTP_STATUS_CODE'] for one in results] == [200, 412, 200, 401]
    assert (results[0]['uuid'], results[0]['status']) == (study.uuid, 'OK')
    assert (results[1]['status'], results[1]['error_type']) == ('ERROR', 'NOT_PERMITTED')
    assert results[2]['uuid'] == study.uuid, 'one failure does not stop the rest'


def test_a_bundle_uses_what_came_before(api, door):
    who = door.system['secret']
    results = bundle(api, [
        {'URL': '/session/login', **who},
        {'URL': '/study/list', 'sid': '{{sid}}', 'page.rows': 3},
        {'URL': '/study/get', 'sid': '{{sid}}', 'uuid': '{{studies.[0].uuid}}'},
    ]).json()
    assert results[2]['uuid'] == results[1]['studies'][0]['uuid']


def test_a_bundle_can_inherit_the_session_of_its_head(api, study):
    api.service_default_headers['X-AmbraHealth-SID'] = api.sid
    api._service_session = None  # a new one takes the new head
    calls = [{'URL': '/study/get', 'uuid': study.uuid}, {'URL': '/study/status/get', 'study_id': study.uuid}]
    results = bundle(api, calls, query='?inherit_sid=1').json()
    assert [one['HTTP_STATUS_CODE'] for one in results] == [200, 200]


def test_a_malformed_bundle_is_a_bad_request(api):
    assert bundle(api, {'URL': '/study/list'}).status_code == 400


def test_the_session_may_come_in_the_head_and_slashes_may_double(api, url):
    head = {'X-AmbraHealth-SID': api.sid}
    for path in ('/study/count', '//study/count', '/study//count'):
        reply = requests.post(url + path, headers=head, timeout=10)
        assert (reply.status_code, reply.json()['status']) == (200, 'OK')


def test_basic_and_bearer_stand_for_a_session_where_the_document_says_so(api, url, door):
    login, password = door.system['secret']['login'], door.system['secret']['password']
    token = api.Session.oauth_token(client_id=login, client_secret=password, grant_type='client_credentials').get()
    assert token.expires_in == 3600
    basic = base64.b64encode(f'{login}:{password}'.encode()).decode()
    for value in (f'Bearer {token.access_token}', f'Basic {basic}'):
        head = {'Authorization': value}
        assert requests.post(f'{url}/study/count', headers=head, timeout=10).status_code == 200
        assert requests.post(f'{url}/study/get', headers=head, timeout=10).status_code == 401, 'lists a sid alone'


def test_a_get_is_not_allowed(api):
    query = api.Session.user()
    query.request_args.method = 'GET'
    with pytest.raises(MethodNotAllowed):
        query.get()


def test_links_to_a_viewer_lead_somewhere(api, study):
    for link in (api.Study.get(uuid=study.uuid).get().viewer_link, api.Study.external_viewer(uuid=study.uuid, redirect=0).get().url):
        assert requests.get(link, timeout=10).headers['content-type'].startswith('text/html')


def test_a_server_that_fails_is_no_business_error(api, door):
    door.fault({'kind': 'status', 'code': 500})
    with pytest.raises(AmbraResponseException) as refused:
        api.Session.user().get()
    assert refused.value.code == 500
    door.fault({'kind': 'unauthorized'}, times=2, pathContains='/session/user')
    with pytest.raises(AuthorizationRequired):
        api.Session.user().get()
