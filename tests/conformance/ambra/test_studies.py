"""One study: reading it, and everything a reader may do to it."""

import time

import pytest
from ambra_sdk.exceptions.service import (
    DelayOrMatch,
    InvalidAction,
    InvalidDelay,
    InvalidField,
    InvalidFlag,
    InvalidJson,
    InvalidObject,
    InvalidTag,
    Locked,
    MissingFields,
    NotFound,
    NotPermitted,
    Singleton,
    Stale,
)

NOBODY = '00000000-0000-0000-0000-00000000abcd'


def status(api, study):
    return api.Study.status_get(study_id=study.uuid).get()


def change(api, study, old, new):
    return api.Study.status_set(study_id=study.uuid, old=old, new=new).get()


def test_a_study_is_read_as_it_was_listed(api, study):
    one = api.Study.get(uuid=study.uuid).get()
    assert one.patient_name.count('^') >= 1
    for name in ('uuid', 'study_uid', 'accession_number', 'patientid', 'modality', 'created', 'updated', 'phi_namespace_name'):
        assert one[name] == study[name], name
    by_triplet = api.Study.get(
        study_uid=one.study_uid, storage_namespace=one.storage_namespace, phi_namespace=one.phi_namespace,
    )
    assert by_triplet.get().uuid == one.uuid
    assert one.customfields.get_by_name('stat_filter').uuid
    assert one.permissions.study_view == 1
    assert one.viewer_link.startswith('http')


def test_what_is_missing_unknown_or_foreign(api, door):
    with pytest.raises(MissingFields) as refused:
        api.Study.get().get()
    assert refused.value.error_subtype == ['uuid']
    with pytest.raises(NotFound):
        api.Study.get(uuid=NOBODY).get()
    with pytest.raises(NotPermitted):
        api.Study.get(uuid=door.facts()['foreignStudyIds'][0]).get()
    with pytest.raises(MissingFields) as refused:
        api.Study.comment_add(study_id='', body='').get()
    assert sorted(refused.value.error_subtype) == ['body', 'study_id']


def test_the_status_moves_by_compare_and_set(api, study):
    fresh = status(api, study)
    assert fresh.study_status is None
    assert fresh.study_status_tags_default == fresh.study_status_tags[0] == 'Unread'
    change(api, study, None, 'Unread')
    change(api, study, 'Unread', 'On Hold')
    assert status(api, study).study_status == 'On Hold'
    assert api.Study.get(uuid=study.uuid).get().study_status == 'On Hold'
    history = api.Study.status_history(study_id=study.uuid).get().history
    assert [(one.old, one.new) for one in history] == [(None, 'Unread'), ('Unread', 'On Hold')]
    assert all(one.seconds >= 0 and one.date.endswith('+00') for one in history)


def test_a_stale_status_is_refused(api, door, study):
    change(api, study, None, 'Unread')
    door.edit(study.uuid, status='On Hold')
    with pytest.raises(Stale) as refused:
        change(api, study, 'Unread', 'Final')
    assert refused.value.code == 412
    assert status(api, study).study_status == 'On Hold', 'a refused write changes nothing'


def test_a_status_that_does_not_exist_is_an_invalid_tag(api, study):
    with pytest.raises(InvalidTag):
        change(api, study, None, 'Half Read')


def test_rules_say_what_can_follow(api, door, study):
    change(api, study, None, 'Unread')
    door.settings(account={'study_status_tags_rules': '{"Unread": [{"condition": 1, "values": ["On Hold"]}]}'})
    assert status(api, study).study_status_tags == ['On Hold']
    with pytest.raises(InvalidTag):
        change(api, study, 'Unread', 'Final')
    door.settings(account={'study_status_tags_ignore_rules_on_set': 1})
    change(api, study, 'Unread', 'Final')


def test_a_study_that_another_has_locked_is_locked(api, sign_in, study):
    colleague = sign_in(2)
    change(colleague, study, None, 'Dictating')
    seen = status(api, study)
    assert seen.study_status == 'Dictating'
    assert 'study_status_tags' not in seen, 'absent while another holds the lock'
    assert api.Study.get(uuid=study.uuid).get().is_locked == 1
    assert colleague.Study.get(uuid=study.uuid).get().is_locked == 0
    with pytest.raises(Locked):
        change(api, study, 'Dictating', 'Final')
    change(colleague, study, 'Dictating', 'Final')
    assert 'study_status_tags' in status(api, study)


def test_a_singleton_stage_holds_one_study_for_each_user(api):
    fresh = [one for one in api.Study.list().all() if one.study_status is None and not one.is_frozen]
    first, second = fresh[:2]
    change(api, first, None, 'Reading')
    assert [one.uuid for one in api.Study.status_locks().all()] == [first.uuid]
    with pytest.raises(Singleton):
        change(api, second, None, 'Reading')
    change(api, second, None, 'Dictating')
    assert [one.uuid for one in api.Study.status_locks().all()] == [first.uuid, second.uuid]
    change(api, first, 'Reading', 'Final')
    change(api, second, 'Dictating', 'Reading')
    assert [one.uuid for one in api.Study.status_locks().all()] == [second.uuid]


def test_status_errors_of_every_call(api, study):
    with pytest.raises(MissingFields) as refused:
        change(api, study, None, None)
    assert refused.value.error_subtype == ['new']
    unknown = type(study)(uuid=NOBODY)
    for call in (lambda: status(api, unknown), lambda: change(api, unknown, 'Unread', 'Final')):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotFound):
        api.Study.status_history(study_id=NOBODY).get()


def test_comments_are_added_read_and_deleted_by_their_author(api, sign_in, study):
    words = 'Порівняйте з попереднім, please — “asap” & 100% + {{x}}'
    mine = api.Study.comment_add(study_id=study.uuid, body=words).get().uuid
    theirs = sign_in(3).Study.comment_add(study_id=study.uuid, body='Will do').get().uuid
    comments = api.Study.get(uuid=study.uuid).get().comments
    assert [(one.uuid, one.body, one.is_mine) for one in comments[:2]] == [(theirs, 'Will do', 0), (mine, words, 1)]
    one = api.Study.comment_get(uuid=mine).get()
    assert (one.study_id, one.body, one.is_mine) == (study.uuid, words, 1)
    assert one.created.endswith('+00') and one.user_id == api.Session.user().get().uuid
    with pytest.raises(NotPermitted):
        api.Study.comment_delete(uuid=theirs).get()
    api.Study.comment_delete(uuid=mine).get()
    assert theirs in [one.uuid for one in api.Study.get(uuid=study.uuid).get().comments]
    for call in (api.Study.comment_get, api.Study.comment_delete):
        with pytest.raises(NotFound):
            call(uuid=mine).get()


def test_the_clients_own_retry_after_a_503_stores_a_comment_twice(api, door, study):
    door.fault({'kind': 'status', 'code': 503, 'applied': True}, pathContains='/study/comment/add')
    api.Study.comment_add(study_id=study.uuid, body='once, thought the reader').get()
    bodies = [one.body for one in api.Study.get(uuid=study.uuid).get().comments]
    assert bodies.count('once, thought the reader') == 2
    assert [one['occurrence'] for one in door.effects()] == [1, 2]


def test_tags_are_added_and_deleted(api, study):
    for _ in range(2):
        api.Tag.add(tag='journal club', object='Study', object_id=study.uuid).get()
    assert api.Study.get(uuid=study.uuid).get().tags.count('journal club') == 1
    assert 'journal club' in [one.tag for one in api.Tag.list(object='Study').all()]
    api.Tag.delete(tag='journal club', object='Study', object_id=study.uuid).get()
    assert 'journal club' not in api.Study.get(uuid=study.uuid).get().get('tags', [])
    with pytest.raises(InvalidObject):
        api.Tag.add(tag='x', object='Shoe', object_id=study.uuid).get()
    with pytest.raises(NotFound):
        api.Tag.add(tag='x', object='Study', object_id=NOBODY).get()
    with pytest.raises(MissingFields):
        api.Tag.add(tag='', object='Study', object_id=study.uuid).get()


def test_a_star_is_the_users_own(api, sign_in, study):
    api.Study.star(uuid=study.uuid, star=1).get()
    assert api.Study.get(uuid=study.uuid).get().star == 1
    assert sign_in(1).Study.get(uuid=study.uuid).get().star == 0
    api.Study.star(uuid=study.uuid, star=0).get()
    assert api.Study.get(uuid=study.uuid).get().star == 0
    with pytest.raises(InvalidFlag):
        api.Study.star(uuid=study.uuid, star='perhaps').get()


def awaiting(api):
    return [one for one in api.Study.list().all() if one.must_approve]


def test_approving_takes_the_flag_away(api):
    study = awaiting(api)[0]
    for wrong, error in (
        ({'delay': 5, 'must_match': {'modality': 'CT'}}, DelayOrMatch),
        ({'delay': 601}, InvalidDelay),
        ({'must_match': {'shoe_size': 44}}, InvalidField),
    ):
        with pytest.raises(error):
            api.Study.approve(uuid=study.uuid, **wrong).get()
    with pytest.raises(InvalidJson):
        api.Study.approve(uuid=study.uuid, must_match='{not json').get()
    api.Study.approve(uuid=study.uuid).get()
    assert api.Study.get(uuid=study.uuid).get().must_approve == 0


def test_an_approval_waits_for_its_delay_or_for_a_match(api, door):
    late, matching = awaiting(api)[:2]
    api.Study.approve(uuid=late.uuid, delay=1).get()
    api.Study.approve(uuid=matching.uuid, must_match={'modality': 'OT'}).get()
    for one in (late, matching):
        assert api.Study.get(uuid=one.uuid).get().must_approve == 1
    door.edit(matching.uuid, set={'modality': 'OT'})
    assert api.Study.get(uuid=matching.uuid).get().must_approve == 0
    api.Study.comment_add(study_id=late.uuid, body='meanwhile').get()
    assert api.Study.get(uuid=late.uuid).get().comments[0].body == 'meanwhile'
    time.sleep(1.2)
    assert api.Study.get(uuid=late.uuid).get().must_approve == 0


def test_a_role_can_reach_some_statuses_only(api, door, study):
    role = door.facts()['roleId']
    door.settings(account={'study_status_role_tags': {'On Hold': [role], 'Final': ['another']}})
    assert status(api, study).study_status_tags == ['On Hold']
    with pytest.raises(InvalidTag):
        change(api, study, None, 'Final')
    change(api, study, None, 'On Hold')


def test_rejecting_takes_the_study_away(api):
    study = awaiting(api)[0]
    api.Study.reject(uuid=study.uuid, message='Another patient').get()
    with pytest.raises(NotFound):
        api.Study.get(uuid=study.uuid).get()
    assert study.uuid not in [one.uuid for one in api.Study.list().all()]


def test_viewing_is_audited(api, study):
    api.Study.audit(uuid=study.uuid, action='STUDY_VIEW_REASON', detail='Tumour board').get()
    api.Study.audit(uuid=study.uuid, action='STUDY_VIEW', detail='').get()
    with pytest.raises(InvalidAction):
        api.Study.audit(uuid=study.uuid, action='STUDY_STARE', detail='x').get()
    assert api.Study.external_viewer(uuid=study.uuid, redirect=0).get().url.startswith('http')


def test_without_permission_nothing_is_shown_or_done(api, door, study):
    flags = (
        'study_status_view', 'study_status_edit', 'study_comment_view', 'study_comment_edit', 'study_tag', 'study_star',
        'study_approve', 'case_view', 'radreport_view',
    )
    door.settings(permissions={flag: 0 for flag in flags})
    seen = api.Study.get(uuid=study.uuid).get()
    for name in ('study_status', 'study_status_tags', 'comments', 'radreports'):
        assert name not in seen, name
    assert seen.permissions.study_comment_edit == 0
    for call in (
        lambda: status(api, study),
        lambda: change(api, study, None, 'Unread'),
        lambda: api.Study.comment_add(study_id=study.uuid, body='x').get(),
        lambda: api.Tag.add(tag='x', object='Study', object_id=study.uuid).get(),
        lambda: api.Study.star(uuid=study.uuid, star=1).get(),
        lambda: api.Study.approve(uuid=study.uuid).get(),
        lambda: api.Case.list().first(),
    ):
        with pytest.raises(NotPermitted):
            call()
    assert door.effects() == [], 'what is refused has no effect'


def test_a_frozen_study_takes_no_status_and_no_comment_but_a_star_and_a_tag(api, door, study):
    door.edit(study.uuid, set={'is_frozen': 1})
    seen = api.Study.get(uuid=study.uuid).get()
    assert (seen.is_frozen, seen.permissions.study_comment_edit, seen.permissions.study_status_edit) == (1, 0, 0)
    with pytest.raises(NotPermitted):
        change(api, study, None, 'Unread')
    with pytest.raises(NotPermitted):
        api.Study.comment_add(study_id=study.uuid, body='x').get()
    api.Study.star(uuid=study.uuid, star=1).get()
    api.Tag.add(tag='frozen', object='Study', object_id=study.uuid).get()
