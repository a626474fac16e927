"""Cases, orders, patients, reports, QC tasks, saved filters, messages, the people of the account."""

import json

import pytest
from ambra_sdk.exceptions.service import (
    InvalidCaseStatus,
    InvalidCustomfield,
    InvalidTag,
    Locked,
    MissingFields,
    NotFound,
    NotInAccount,
    NotPermitted,
    Stale,
)

NOBODY = '00000000-0000-0000-0000-00000000abcd'
ZERO = '00000000-0000-0000-0000-000000000000'


def case_that(api, fits):
    return next(one for one in api.Case.list().all() if fits(one))


def submitted(one):
    return one.submitted and not one.completed and not one.closed


def read(api, case):
    return api.Case.get(uuid=case.uuid).get()


def test_a_case_is_assigned_worked_on_and_completed(api, account):
    case = case_that(api, lambda one: submitted(one) and one.assigned_medical_id is None)
    people = list(api.Account.user_list(uuid=account.uuid).all())
    someone = people[4]
    api.Case.set(uuid=case.uuid, assigned_medical_id=someone.user_id, assigned_admin_id=people[0].user_id).get()
    seen = read(api, case)
    assert (seen.assigned_medical_id, seen.assigned_medical_name) == (someone.user_id, someone.user_name)
    assert seen.assigned_medical_date.endswith('+00') and seen.assigned_admin_id == people[0].user_id
    api.Case.set(uuid=case.uuid, assigned_medical_id=ZERO, case_status=seen.case_status_tags[1]).get()
    seen = read(api, case)
    assert (seen.assigned_medical_id, seen.assigned_medical_date) == (None, None)
    assert seen.case_status == seen.case_status_tags[1]
    api.Case.set(uuid=case.uuid, completed=1).get()
    api.Case.set(uuid=case.uuid, closed=1).get()
    seen = read(api, case)
    assert (seen.completed, seen.closed) == (1, 1) and seen.completed_date and seen.closed_date


def test_a_case_tells_its_studies(api):
    case = read(api, case_that(api, lambda one: one.studies))
    study = api.Study.get(uuid=case.studies[0].uuid).get()
    assert study.patient_name == case.studies[0].patient_name


def test_what_a_case_refuses(api, door):
    case = case_that(api, submitted)
    for change, error in (
        ({'case_status': 'Lost'}, InvalidCaseStatus),
        ({'assigned_medical_id': door.facts()['foreignUserId']}, NotInAccount),
        ({'assigned_medical_id': NOBODY}, NotFound),
        ({'customfield_param': {NOBODY: 'x'}}, InvalidCustomfield),
    ):
        with pytest.raises(error):
            api.Case.set(uuid=case.uuid, **change).get()
    with pytest.raises(NotFound):
        api.Case.set(uuid=NOBODY, completed=1).get()
    door.edit(case.uuid, set={'locked_user_id': door.facts()['clinicians'][5]['uuid']})
    with pytest.raises(Locked):
        api.Case.set(uuid=case.uuid, completed=1).get()


def test_a_case_is_returned_with_a_reason_while_it_is_submitted(api):
    case = case_that(api, submitted)
    api.Case.return_method(uuid=case.uuid, reason='The images are incomplete').get()
    seen = read(api, case)
    assert (seen.submitted, seen.returned_reason) == (0, 'The images are incomplete') and seen.returned_date
    with pytest.raises(NotPermitted):
        api.Case.return_method(uuid=case.uuid, reason='again').get()
    over = case_that(api, lambda one: one.completed)
    with pytest.raises(NotPermitted):
        api.Case.return_method(uuid=over.uuid, reason='too late').get()


def test_who_may_view_only_their_own_cases_sees_no_others(api, door):
    me = api.Session.user().get().uuid
    cases = list(api.Case.list().all())
    mine = [one.uuid for one in cases if one.assigned_medical_id == me]
    other = next(one for one in cases if one.assigned_medical_id not in (me, None))
    door.settings(permissions={'case_view_only_own': 1, 'case_edit_only_own': 1})
    assert sorted(one.uuid for one in api.Case.list().all()) == sorted(mine) != []
    with pytest.raises(NotPermitted):
        read(api, other)
    with pytest.raises(NotPermitted):
        api.Case.set(uuid=other.uuid, completed=1).get()


def test_orders_have_steps_and_lead_to_their_studies(api, account):
    orders = list(api.Order.list(account_id=account.uuid).all())
    assert all(one.sps and one.sps[0].scheduled_procedure_step_start_date.isdigit() for one in orders)
    assert all('updated' not in one for one in orders), 'an order tells no time'
    done = next(one for one in orders if one.studies)
    order = api.Order.get(uuid=done.uuid).get()
    study = api.Study.get(uuid=order.studies[0]).get()
    assert (study.accession_number, study.patientid) == (order.accession_number, order.patientid)
    assert order.sps[0].modality == study.modality
    with pytest.raises(MissingFields):
        api.Order.list(account_id='').first()
    with pytest.raises(NotFound):
        api.Order.list(account_id=NOBODY).first()
    with pytest.raises(NotFound):
        api.Order.get(uuid=NOBODY).get()


def test_a_patient_has_the_studies_of_the_same_mrn(api, account, study):
    patient = api.Patient.get(uuid=study.patient_id).get()
    assert patient.mrn == study.patientid
    assert study.uuid in patient.studies
    assert f'{patient.last}^{patient.first}' == study.patient_name
    assert patient.uuid in [one.uuid for one in api.Patient.list(account_id=account.uuid).all()]


def test_a_final_study_has_a_report(api):
    final = next(one for one in api.Study.list().all() if one.radreports)
    report = api.Radreport.get(uuid=final.radreports[0].uuid).get()
    assert report.study_id == final.uuid and report.fields.impression
    text = api.Hl7.study_report(study_id=final.uuid).get().text
    assert report.fields.impression in text
    with pytest.raises(NotFound):
        api.Radreport.get(uuid=NOBODY).get()


def test_qc_tasks_move_by_compare_and_set(api):
    reply = api.service_post('/qctask/list', required_sid=True, data={}).json()
    task = next(one for one in reply['qctasks'] if one['qctask_status'] == 'Open')
    api.Qctask.status_set(uuid=task['uuid'], old='Open', new='InProgress').get()
    assert api.Qctask.get(uuid=task['uuid']).get().qctask_status == 'InProgress'
    with pytest.raises(Stale):
        api.Qctask.status_set(uuid=task['uuid'], old='Open', new='Closed').get()
    with pytest.raises(InvalidTag):
        api.Qctask.status_set(uuid=task['uuid'], old='InProgress', new='Forgotten').get()


def test_saved_filters_can_be_applied(api, account, door):
    saved = list(api.Filter.list(type='study', account_id=account.uuid).all())
    waiting = next(one for one in saved if one.name == 'Awaiting approval')
    query = api.Study.list()
    query.request_args.data.update(json.loads(api.Filter.get(uuid=waiting.uuid).get().configuration))
    listed = {one.uuid for one in query.all()}
    assert listed == {one['uuid'] for one in door.studies() if one['must_approve']}


def test_messages_come_most_recent_first(api):
    created = [one.created for one in api.Message.list().all()]
    assert created == sorted(created, reverse=True) and len(created) > 1


def test_people_of_the_account_are_listed_for_whoever_may_assign(api, account, door):
    people = list(api.Account.user_list(uuid=account.uuid).all())
    assert api.Session.user().get().uuid in [one.user_id for one in people]
    door.settings(permissions={'case_edit': 0, 'account_user_view': 0})
    with pytest.raises(NotPermitted):
        api.Account.user_list(uuid=account.uuid).first()
