"""The client's asynchronous half, which sends its forms by another library."""

import asyncio

import pytest
from ambra_sdk.api import AsyncApi
from ambra_sdk.exceptions.service import InvalidCredentials, NotFound
from ambra_sdk.models import Study


def as_async(door, url, job, password=None):
    """Runs a job with an asynchronous client that is signed in."""

    async def run():
        who = door.system['secret']
        api = AsyncApi.with_creds(url, who['login'], password or who['password'], rate_limits=None)
        try:
            return await job(api)
        finally:
            await api.logout()

    return asyncio.run(run())


def test_pages_and_filters_come_the_same_way(api, door, url):
    async def listed(client):
        query = client.Study.list().filter_by(Study.modality == 'CT').sort_by(Study.created.asc()).set_rows_in_page(20)
        return [one.uuid async for one in query.all()]

    plain = api.Study.list().filter_by(Study.modality == 'CT').sort_by(Study.created.asc()).all()
    assert as_async(door, url, listed) == [one.uuid for one in plain] != []


def test_writes_and_errors_come_the_same_way(door, url, study):
    async def commented(client):
        made = await client.Study.comment_add(study_id=study.uuid, body='Дякую & привіт').get()
        with pytest.raises(NotFound):
            await client.Study.comment_get(uuid=study.uuid).get()
        return await client.Study.comment_get(uuid=made.uuid).get()

    assert as_async(door, url, commented).body == 'Дякую & привіт'

    async def who(client):
        return await client.Session.user().get()

    with pytest.raises(InvalidCredentials):
        as_async(door, url, who, password='wrong')
