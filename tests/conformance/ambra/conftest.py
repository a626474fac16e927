"""A simulator as a process of its own, and the vendor's own client on it.

The tests are written from the client and the documents: they know what Ambra promises, not how the simulator does it. What
another user does in the meantime goes through the control door.
"""

import json
import os
import subprocess
import urllib.request

import pytest
from ambra_sdk.api import Api

NOW = '2026-02-01T00:00:00Z'


class Door:
    """The simulator's control door."""

    def __init__(self, announcement):
        self.control = announcement['control']
        self.system = announcement['systems']['ambra']

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data=data, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def settings(self, **changes):
        return self.call('POST', '/systems/ambra/settings', changes)

    def edit(self, case_id, **edit):
        return self.call('POST', '/ambra/edit', {'caseId': case_id, **edit})

    def truth(self, case_id):
        return self.call('GET', f'/ambra/cases/{case_id}')['case']

    def facts(self):
        return self.call('GET', '/ambra/facts')

    def fault(self, fault, times=1, after=0, **match):
        spec = {'system': 'ambra', 'match': match, 'times': times, 'after': after, 'fault': fault}
        return self.call('POST', '/faults', spec)

    def effects(self):
        return self.call('GET', '/effects?system=ambra')['effects']

    def studies(self):
        """Every study as the server holds it."""
        ids = self.call('GET', '/ambra/cases?limit=100000')['ids']
        records = (self.call('GET', f'/ambra/cases/{one}') for one in ids)
        return [record['case'] for record in records if record['kind'] == 'study']


@pytest.fixture(scope='session')
def process():
    command = [os.environ['ROUNDS_SIMULATOR'], '--system', 'ambra', '--items', '400', '--seed', '7', '--kind', '--now', NOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            yield json.loads(simulator.stdout.readline())
        finally:
            simulator.terminate()


@pytest.fixture
def door(process):
    """The control door of a simulator as at the start."""
    door = Door(process)
    door.call('POST', '/reset')
    return door


@pytest.fixture
def url(door):
    return door.system['baseUrl'] + '/api/v3'


@pytest.fixture
def sign_in(door, url):
    """Signs one of the account's people in."""

    def as_user(number=0):
        who = door.facts()['clinicians'][number]
        return Api.with_creds(url, who['login'], who['password'], client_name='conformance', rate_limits=None)

    return as_user


@pytest.fixture
def api(sign_in):
    return sign_in()


@pytest.fixture
def account(api):
    return api.Account.list(permissions=1).first()


@pytest.fixture
def study(api):
    """A study that nobody has begun: no status, no lock, not frozen."""

    def fits(one):
        return one.study_status is None and not one.is_frozen and not one.must_approve

    return next(one for one in api.Study.list().all() if fits(one))
