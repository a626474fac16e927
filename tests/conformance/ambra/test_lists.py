"""Pages, filters, dates, sorting, fields."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ambra_sdk.exceptions.service import (
    InvalidCondition,
    InvalidCredentials,
    InvalidField,
    InvalidSortField,
    InvalidSortOrder,
)
from ambra_sdk.models import Case, Order, Patient, Study
from ambra_sdk.service.filtering import Filter, FilterCondition
from ambra_sdk.service.sorting import Sorter, SortingOrder


def ids(rows):
    return [row.uuid for row in rows]


def moment(text):
    """A time of the API: a two-digit offset."""
    assert text.endswith('+00'), text
    return datetime.strptime(text[:-3], '%Y-%m-%d %H:%M:%S.%f').replace(tzinfo=timezone.utc)


def found(api, field, condition, value):
    return set(ids(api.Study.list().filter_by(Filter(field, condition, value)).all()))


def test_every_study_comes_once_over_many_pages(api, door):
    everything = sorted(one['uuid'] for one in door.studies())
    assert len(everything) > 2 * 100, 'more than two full pages'
    for rows in (100, 37, 5000):
        listed = ids(api.Study.list().set_rows_in_page(rows).all())
        assert sorted(listed) == everything


def test_pages_are_full_while_there_is_more(api):
    query = api.Study.list()
    query.request_args.data.update({'page.rows': 100, 'page.number': 2})
    second = query.get()
    assert (second.page.more, second.page.rows, second.page.number) == (1, 100, 2)
    assert len(second.studies) == 100


def test_slices_are_cut_out_of_the_whole(api):
    whole = ids(api.Study.list().all())
    assert ids(api.Study.list().all()[95:215]) == whole[95:215]
    assert api.Study.list().first().uuid == whole[0]


def test_the_list_is_sorted_by_creation_from_most_recent_to_oldest(api):
    created = [moment(one.created) for one in api.Study.list().all()]
    assert created == sorted(created, reverse=True)


def test_a_session_that_ends_in_mid_list_is_renewed_and_no_row_is_lost(api, door):
    whole = ids(api.Study.list().all())
    rows = iter(api.Study.list().set_rows_in_page(50).all())
    seen = [next(rows).uuid for _ in range(60)]
    old = api.sid
    door.settings(endSessions=True)
    seen += ids(rows)
    assert seen == whole
    assert api.sid != old, 'a new session was opened for the 401'


def test_a_session_that_ends_in_mid_list_and_can_not_be_renewed_ends_the_list(api, door):
    rows = iter(api.Study.list().set_rows_in_page(50).all())
    seen = [next(rows).uuid for _ in range(50)]
    door.settings(endSessions=True, password='changed meanwhile')
    with pytest.raises(InvalidCredentials):
        next(rows)
    assert len(set(seen)) == 50


@pytest.mark.parametrize('condition', list(FilterCondition))
def test_every_condition_on_a_value_that_may_be_null(api, door, condition):
    status = {one['uuid']: one['study_status'] for one in door.studies()}
    value = {'like': 'On%', 'in': '["Final", "Reading"]', 'in_or_null': '["Final", "Reading"]'}.get(condition.value, 'On Hold')
    fits = {
        'equals': lambda word: word == 'On Hold',
        'equals_or_null': lambda word: word is None or word == 'On Hold',
        'not_equals': lambda word: word is not None and word != 'On Hold',
        'not_equals_or_null': lambda word: word is None or word != 'On Hold',
        'like': lambda word: word is not None and word.startswith('On'),
        'gt': lambda word: word is not None and word > 'On Hold',
        'ge': lambda word: word is not None and word >= 'On Hold',
        'lt': lambda word: word is not None and word < 'On Hold',
        'le': lambda word: word is not None and word <= 'On Hold',
        'in': lambda word: word in ('Final', 'Reading'),
        'in_or_null': lambda word: word is None or word in ('Final', 'Reading'),
    }[condition.value]
    expected = {one for one, word in status.items() if fits(word)}
    assert expected, 'the data has something to find'
    assert found(api, 'study_status', condition, value) == expected


def test_filters_are_joined_by_and_and_take_the_tables_name(api, door):
    expected = {
        one['uuid'] for one in door.studies()
        if one['modality'] == 'CT' and one['image_count'] >= 500 and 'ABDOMEN' in one['study_description']
    }
    query = api.Study.list()
    for one in (Study.modality == 'CT', Study.image_count >= 500, Study.study_description.like('%ABDOMEN%')):
        query = query.filter_by(one)
    assert set(ids(query.all())) == expected != set()


def test_flags_tags_and_custom_fields_are_filtered(api, door):
    studies = door.studies()
    waiting = {one['uuid'] for one in studies if one['must_approve']}
    assert found(api, 'must_approve', FilterCondition.equals, '1') == waiting != set()
    tagged = {one['uuid'] for one in studies if set(one['tags']) & {'teaching', 'research'}}
    assert found(api, 'tags', FilterCondition.in_condition, '["teaching", "research"]') == tagged != set()
    field = next(one for one in studies[0]['customfields'] if one['name'] == 'stat_filter')['uuid']
    stat = {one['uuid'] for one in studies if one['customfields'][0]['value'] == '1'}
    assert found(api, f'customfield-{field}', FilterCondition.equals, '1') == stat != set()


def test_an_unknown_field_or_condition_is_named(api):
    with pytest.raises(InvalidField) as refused:
        api.Study.list().filter_by(Filter('shoe_size', FilterCondition.equals, '44')).first()
    assert refused.value.error_subtype == 'filter.shoe_size.equals'
    query = api.Study.list()
    query.request_args.data['filter.modality.resembles'] = 'CT'
    with pytest.raises(InvalidCondition) as refused:
        query.first()
    assert refused.value.error_subtype == 'filter.modality.resembles'


def since(studies, at):
    """Those that were updated at that second or later."""
    return {one['uuid'] for one in studies if moment(one['updated']).replace(microsecond=0) >= at}


def test_a_date_is_meant_in_the_users_own_zone(api, door):
    zone = ZoneInfo(api.Session.user().get().time_zone)
    winter, summer = datetime(2026, 1, 20, 9, 30), datetime(2025, 7, 4, 12, 0)
    # Changed an hour after that time by UTC, which is before it by the clock on the wall.
    for one, wall in zip(door.studies(), (winter, summer)):
        door.edit(one['uuid'], set={'updated': f'{wall + timedelta(hours=1):%Y-%m-%d %H:%M:%S}.500000+00'})
    studies = door.studies()
    for wall in (winter, summer):
        expected = since(studies, wall.replace(tzinfo=zone))
        assert expected != since(studies, wall.replace(tzinfo=timezone.utc)), 'the zone makes a difference'
        assert found(api, 'updated', FilterCondition.ge, wall) == expected
    day = datetime(2026, 1, 20)
    assert found(api, 'updated', FilterCondition.ge, '2026-01-20') == since(studies, day.replace(tzinfo=zone))


def test_an_offset_that_is_sent_does_not_win_over_the_users_zone(api, door):
    zone = ZoneInfo(api.Session.user().get().time_zone)
    wall = datetime(2026, 1, 20, 9, 30)
    expected = since(door.studies(), wall.replace(tzinfo=zone))
    tokyo = wall.replace(tzinfo=timezone(timedelta(hours=9)))
    assert found(api, 'updated', FilterCondition.ge, tokyo) == expected
    assert found(api, 'updated', FilterCondition.ge, '2026-01-20 09:30:00+09:00') == expected


def test_without_a_zone_of_the_user_the_filters_zone_holds_and_then_utc(api, door):
    door.settings(timeZone=None)
    studies = door.studies()
    wall = datetime(2026, 1, 20, 9, 30)
    tokyo = wall.replace(tzinfo=timezone(timedelta(hours=9)))
    assert found(api, 'updated', FilterCondition.ge, tokyo) == since(studies, tokyo)
    assert found(api, 'updated', FilterCondition.ge, wall) == since(studies, wall.replace(tzinfo=timezone.utc))


def test_microseconds_count_only_where_the_filter_has_them(api, door):
    door.settings(timeZone='UTC')
    one = next(one for one in door.studies() if moment(one['updated']).microsecond)
    at = moment(one['updated'])
    second = at.strftime('%Y-%m-%d %H:%M:%S')
    assert one['uuid'] in found(api, 'updated', FilterCondition.equals, second)
    assert one['uuid'] not in found(api, 'updated', FilterCondition.gt, second)
    exact = at.strftime('%Y-%m-%d %H:%M:%S.%f')
    assert found(api, 'updated', FilterCondition.equals, exact) == {one['uuid']}
    assert one['uuid'] in found(api, 'updated', FilterCondition.gt, second + '.000000')


def test_changes_since_a_moment_come_in_the_order_of_change(api, door, study):
    door.settings(timeZone='UTC')
    before = datetime(2026, 1, 31)
    changed = door.edit(study.uuid, set={'study_description': 'EDITED UPSTREAM'})
    rows = list(
        api.Study.list()
        .filter_by(Filter('updated', FilterCondition.ge, before))
        .sort_by(Sorter('updated', SortingOrder.ascending))
        .all(),
    )
    times = [moment(row.updated) for row in rows]
    assert times == sorted(times)
    assert (rows[-1].uuid, rows[-1].study_description) == (study.uuid, 'EDITED UPSTREAM')
    assert moment(rows[-1].updated) == moment(changed['updated'])


def test_sorting_by_one_field_and_by_two(api):
    up = [one.patient_name for one in api.Study.list().sort_by(Study.patient_name.asc()).all()]
    down = [one.patient_name for one in api.Study.list().sort_by(Study.patient_name.desc()).all()]
    assert up == sorted(up) and down == up[::-1]
    two = api.Study.list().sort_by(Study.modality.desc()).sort_by(Study.image_count.asc()).all()
    pairs = [(one.modality, one.image_count) for one in two]
    assert pairs == sorted(sorted(pairs, key=lambda pair: pair[1]), key=lambda pair: pair[0], reverse=True)


def test_sorting_by_what_does_not_exist(api):
    with pytest.raises(InvalidSortField) as refused:
        api.Study.list().sort_by(Sorter('shoe_size')).first()
    assert refused.value.error_subtype == 'shoe_size'
    query = api.Study.list()
    query.request_args.data['sort_by'] = 'updated-upwards'
    with pytest.raises(InvalidSortOrder) as refused:
        query.first()
    assert refused.value.error_subtype == 'updated'


def test_only_the_fields_asked_for_come(api, study):
    for query in (
        api.Study.list().only({'study': ['uuid', 'modality']}),
        api.Study.list().only([Study.uuid, Study.modality]),
        api.Study.list(fields=['uuid', 'modality']),
    ):
        assert {frozenset(row) for row in query.all()} == {frozenset({'uuid', 'modality'})}
    assert set(api.Study.get(uuid=study.uuid).only(['uuid']).get()) == {'uuid'}
    assert set(api.Study.get(uuid=study.uuid, fields=['uuid']).get()) == {'uuid'}


def test_a_count_counts_what_the_list_lists(api):
    assert api.Study.count().get().count == len(list(api.Study.list().all()))
    listed = list(api.Study.list().filter_by(Study.modality == 'MR').all())
    assert api.Study.count().filter_by(Study.modality == 'MR').get().count == len(listed) > 0


def test_other_lists_page_filter_and_sort_too(api, account):
    for query, model, field in (
        (api.Case.list, Case, 'name'),
        (lambda: api.Order.list(account_id=account.uuid), Order, 'accession_number'),
        (lambda: api.Patient.list(account_id=account.uuid), Patient, 'last'),
    ):
        whole = list(query().set_rows_in_page(7).all())
        assert len({row.uuid for row in whole}) == len(whole) > 14, model
        wanted = whole[3][field]
        same = list(query().filter_by(getattr(model, field) == wanted).all())
        assert sorted(ids(same)) == sorted(row.uuid for row in whole if row[field] == wanted)
        ordered = [row[field] for row in query().sort_by(getattr(model, field).asc()).all()]
        assert ordered == sorted(ordered)
