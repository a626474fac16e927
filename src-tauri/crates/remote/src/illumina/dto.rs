//! What Illumina sends, in its own spelling, as public clients saw it ("Reads" of the sheet). Every field but `id` may be missing,
//! and where no document names a field, each spelling that is plausible is read.

use serde_json::{Map, Value};

use crate::lenient::{Anything, Dto, Lenient, Path, Text, dto};

dto!(
    /// A case: of the search, or by itself.
    Case {
        display_id: Text = "displayId",
        created_date: Text = "createdDate",
        updated_date: Text = "updatedDate",
        start_date: Text = "startDate",
        due_date: Text = "dueDate",
        completed_date: Text = "completedDate",
        status: Text = "status",
        sub_state: Text = "subState",
        tags: Names = "tags",
        client: Named = "client",
        analysis: Vec<Analysis> = "analysis",
        case_subjects: Vec<CaseSubject> = "caseSubjects",
        test_definition: TestDefinition = "testDefinition",
        ingestion_result: Anything = "ingestionResult",
        owners: Vec<User> = "owners",
        turn_around_time: Text = "turnAroundTime",
        qc_status: Text = "qcStatus",
        diseases: Names = "diseases",
        created_by: Option<User> = "createdBy",
        updated_by: Option<User> = "updatedBy",
    }
);
dto!(
    /// One analysis of a case.
    Analysis {
        id: Text = "id",
        name: Text = "name",
        status: Text = "status",
        version: Text = "version",
        created_date: Text = "createdDate",
    }
);
dto!(
    /// A sample of a subject.
    Sample {
        external_sample_id: Text = "externalSampleId",
        external_sample_id_too: Text = "externalSampleID",
        id: Text = "id",
        specimen: Text = "specimenType",
    }
);
dto!(
    /// A comment.
    Comment {
        id: Text = "id",
        comment_id: Text = "commentId",
        text: Text = "text",
        comment: Text = "comment",
        message: Text = "message",
        author: Option<User> = "author",
        user: Option<User> = "user",
        created_by: Option<User> = "createdBy",
        user_name: Text = "userName",
        created_by_name: Text = "createdByName",
        user_id: Text = "userId",
        created_date: Text = "createdDate",
        created_at: Text = "createdAt",
        date: Text = "date",
        updated_date: Text = "updatedDate",
        deleted: Option<bool> = "deleted",
    }
);
dto!(
    /// A file that is attached to a case.
    File {
        id: Text = "id",
        file_id: Text = "fileId",
        name: Text = "name",
        file_name: Text = "fileName",
        created_date: Text = "createdDate",
        uploaded_date: Text = "uploadedDate",
        created_by: Option<User> = "createdBy",
        uploaded_by: Option<User> = "uploadedBy",
    }
);
dto!(
    /// An entry of the audit log.
    Entry {
        case_id: Text = "caseId",
        case_display_id: Text = "caseDisplayId",
        entity_type: Text = "entityType",
        entity_id: Text = "entityId",
        event_name: Text = "eventName",
        created_date: Text = "createdDate",
        event_date: Text = "eventDate",
        event_time: Text = "eventTime",
        timestamp: Text = "timestamp",
        created_at: Text = "createdAt",
        date: Text = "date",
        user_name: Text = "userName",
        user_display_id: Text = "userDisplayId",
        user: Option<User> = "user",
        created_by: Option<User> = "createdBy",
    }
);

/// A subject's own data, under whichever of their spellings.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Person {
    pub(super) id: Text,
    pub(super) display_id: Text,
    pub(super) first_name: Text,
    pub(super) last_name: Text,
    pub(super) mrn: Text,
    pub(super) birth_date: Text,
    pub(super) sex: Text,
}

impl Dto for Person {
    fn of(fields: &Map<String, Value>) -> Self {
        let first = |keys: &[&str]| keys.iter().find_map(|key| Text::read(fields.get(*key)));
        Self {
            id: first(&["subjectId", "id"]),
            display_id: first(&["displayId", "externalSubjectId", "externalId"]),
            first_name: first(&["firstName", "firstname", "givenName"]),
            last_name: first(&["lastName", "lastname", "familyName"]),
            mrn: first(&["mrn", "medicalRecordNumber"]),
            birth_date: first(&["dateOfBirth", "birthDate", "dob"]),
            sex: first(&["sex", "gender", "reportedSex", "biologicalSex"]),
        }
    }

    fn odd_fields(fields: &Map<String, Value>, path: &Path<'_>, odd: &mut Vec<String>) {
        const KEYS: [&str; 9] =
            ["firstName", "firstname", "lastName", "lastname", "mrn", "dateOfBirth", "birthDate", "sex", "gender"];
        for key in KEYS {
            if let Some(value) = fields.get(key) {
                Text::odd(value, &Path::Field(path, key), odd);
            }
        }
    }
}

/// A colleague: an object, or just a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct User {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) first_name: Text,
    pub(super) last_name: Text,
    pub(super) email: Text,
    /// What stood there when it was no object: an id, an e-mail or a name; nobody says which.
    pub(super) bare: Text,
}

impl User {
    fn read_one(value: &Value) -> Option<Self> {
        let Value::Object(fields) = value else {
            let bare = Text::read(Some(value)).filter(|_| !value.is_array())?;
            return Some(Self { bare: Some(bare), ..Self::default() });
        };
        let first = |keys: &[&str]| keys.iter().find_map(|key| Text::read(fields.get(*key)));
        let user = Self {
            id: first(&["id", "userId"]),
            name: first(&["name", "displayName", "userName", "fullName"]),
            first_name: first(&["firstName", "firstname"]),
            last_name: first(&["lastName", "lastname"]),
            email: first(&["email", "userDisplayId", "emailAddress"]),
            bare: None,
        };
        (user != Self::default()).then_some(user)
    }
}

impl Lenient for Option<User> {
    fn read(value: Option<&Value>) -> Self {
        value.and_then(User::read_one)
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        if !value.is_null()
            && !value.as_str().is_some_and(|text| text.trim().is_empty())
            && User::read_one(value).is_none()
        {
            odd.push(path.to_string());
        }
    }
}

impl Lenient for Vec<User> {
    fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(User::read_one).collect(),
            other => other.and_then(User::read_one).into_iter().collect(),
        }
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    Option::<User>::odd(item, &Path::Place(path, at), odd);
                }
            }
            other => Option::<User>::odd(other, path, odd),
        }
    }
}

/// A thing of which only the name matters: a text, or an object that has a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Named(pub(super) Text);

fn name_of(value: &Value) -> Text {
    match value {
        Value::Object(fields) => {
            ["name", "displayName", "label", "tag", "value", "id"].iter().find_map(|key| Text::read(fields.get(*key)))
        }
        Value::Array(_) => None,
        other => Text::read(Some(other)),
    }
}

impl Lenient for Named {
    fn read(value: Option<&Value>) -> Self {
        Self(value.and_then(name_of))
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        let blank = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if !blank && name_of(value).is_none() {
            odd.push(path.to_string());
        }
    }
}

/// A list of such things; one alone counts as a list of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Names(pub(super) Vec<String>);

impl Lenient for Names {
    fn read(value: Option<&Value>) -> Self {
        Self(match value {
            Some(Value::Array(items)) => items.iter().filter_map(name_of).collect(),
            other => other.and_then(name_of).into_iter().collect(),
        })
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    Named::odd(item, &Path::Place(path, at), odd);
                }
            }
            other => Named::odd(other, path, odd),
        }
    }
}

/// The test that was ordered: an object, or just its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TestDefinition {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) version: Text,
}

impl Lenient for TestDefinition {
    fn read(value: Option<&Value>) -> Self {
        let inner = |key: &str| Text::read(value.and_then(|value| value.get(key)));
        Self { id: inner("id"), name: value.and_then(name_of), version: inner("version") }
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        Named::odd(value, path, odd);
    }
}

/// A subject in its role in the case. What is said of the person may stand beside the role or one level deeper.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct CaseSubject {
    pub(super) about: Vec<Person>,
    pub(super) relationship: Text,
    pub(super) is_proband: Option<bool>,
    pub(super) samples: Vec<Sample>,
}

/// Where a subject's own data may stand.
const DEEPER: [&str; 3] = ["directIdentifiers", "subject", "person"];

impl Dto for CaseSubject {
    fn of(fields: &Map<String, Value>) -> Self {
        let deeper = DEEPER.iter().filter_map(|key| fields.get(*key).and_then(Value::as_object));
        let mut about: Vec<Person> = deeper.clone().map(Person::of).collect();
        about.push(Person::of(fields));
        let lists = deeper.chain([fields]).flat_map(|fields| ["samples", "sample"].map(|key| fields.get(key)));
        Self {
            about,
            relationship: Text::read(fields.get("relationshipToProband").or_else(|| fields.get("relationship"))),
            is_proband: Option::<bool>::read(fields.get("isProband").or_else(|| fields.get("proband"))),
            samples: lists.flat_map(Vec::<Sample>::read).collect(),
        }
    }

    fn odd_fields(fields: &Map<String, Value>, path: &Path<'_>, odd: &mut Vec<String>) {
        Person::odd_fields(fields, path, odd);
        for key in DEEPER {
            if let Some(value) = fields.get(key) {
                Option::<Person>::odd(value, &Path::Field(path, key), odd);
            }
        }
        for key in ["samples", "sample"] {
            if let Some(value) = fields.get(key) {
                Vec::<Sample>::odd(value, &Path::Field(path, key), odd);
            }
        }
    }
}

impl CaseSubject {
    /// The first of its places that says something of this.
    pub(super) fn told(&self, what: fn(&Person) -> &Text) -> Text {
        self.about.iter().find_map(|person| what(person).clone())
    }
}
