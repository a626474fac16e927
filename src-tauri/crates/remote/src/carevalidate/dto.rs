//! What CareValidate sends, in its own spelling: "Get Cases API", its tables and its complete response example.

use serde_json::{Map, Value};

use super::lenient::{Anything, Dto, Lenient, Path, Text, Texts, dto};

dto!(
    /// "Case Object Structure", and `productBundleId` from the example.
    Case {
        id: Text = "id",
        short_id: Text = "shortId",
        status: Text = "status",
        title: Text = "title",
        kind: Text = "type",
        is_archived: Option<bool> = "isArchived",
        is_escalated: Option<bool> = "isEscalated",
        is_imported: Option<bool> = "isImported",
        referral_code: Text = "referralCode",
        created_at: Text = "createdAt",
        updated_at: Text = "updatedAt",
        assigned_at: Text = "assignedAt",
        in_progress_at: Text = "inProgressAt",
        closed_at: Text = "closedAt",
        archive_reason: Text = "archiveReason",
        archive_note: Text = "archiveNote",
        submitter: Option<Submitter> = "submitter",
        product_bundle_id: Text = "productBundleId",
        product_bundle: Option<ProductBundle> = "productBundle",
        assigned_to: Option<User> = "assignedTo",
        assigned_by: Option<User> = "assignedBy",
        closed_by: UserOrId = "closedBy",
        in_progress_by: UserOrId = "inProgressBy",
        hr_rep: Option<User> = "hrRep",
        assignees: Vec<Assignee> = "assignees",
        decisions: Vec<Decision> = "decisions",
        activity: Vec<Activity> = "activity",
        comments: Vec<Communication> = "comments",
        notes: Vec<Communication> = "notes",
        orders: Vec<Order> = "orders",
        payments: Vec<Payment> = "payments",
        attachments: Vec<Attachment> = "attachments",
        calendar_events: Vec<CalendarEvent> = "calendarEvents",
        responses: Vec<FormResponse> = "responses",
        products: Vec<Product> = "products",
    }
);
dto!(
    /// "Basic User"; `email` stands on a payment's creator only.
    User { id: Text = "id", first_name: Text = "firstName", last_name: Text = "lastName", email: Text = "email" }
);
dto!(
    /// The wrapper of the example. A user that comes without it is taken too.
    Assignee {
        assignee: Option<User> = "assignee",
        id: Text = "id",
        first_name: Text = "firstName",
        last_name: Text = "lastName",
        email: Text = "email",
    }
);
dto!(
    /// "Detailed User".
    Submitter {
        id: Text = "id",
        email: Text = "email",
        first_name: Text = "firstName",
        last_name: Text = "lastName",
        phone_number: Text = "phoneNumber",
        dob: Text = "dob",
        gender: Text = "gender",
        address: Text = "address",
        address2: Text = "address2",
        city: Text = "city",
        state: Text = "state",
        postal_code: Text = "postalCode",
    }
);
dto!(
    /// `productBundle` of the example.
    ProductBundle { id: Text = "id", name: Text = "name" }
);
dto!(
    /// "Products array". Null, absent and both fields null are one state of `subscription`.
    Product { id: Text = "id", subscription: Option<Subscription> = "subscription" }
);
dto!(
    /// "Subscription object".
    Subscription { interval: Text = "interval", interval_count: Text = "intervalCount" }
);
dto!(
    /// "Decision Object".
    Decision {
        id: Text = "id",
        is_approved: Option<bool> = "isApproved",
        is_no_decision: Option<bool> = "isNoDecision",
        is_paid: Option<bool> = "isPaid",
        start_date: Text = "startDate",
        end_date: Text = "endDate",
        decision_text: Text = "decisionText",
        category: Text = "category",
        visit_type: Text = "visitType",
        product_id: Text = "productId",
        created_at: Text = "createdAt",
        added_by: Option<AddedBy> = "addedBy",
        med_info: Vec<MedInfo> = "medInfo",
    }
);
dto!(
    /// "Decision AddedBy Object".
    AddedBy {
        id: Text = "id",
        first_name: Text = "firstName",
        last_name: Text = "lastName",
        title: Text = "title",
        title_suffix: Text = "titleSuffix",
        email: Text = "email",
        phone_number: Text = "phoneNumber",
        npi: Text = "npi",
        dea: Text = "dea",
        address: Text = "address",
        address2: Text = "address2",
        city: Text = "city",
        state: Text = "state",
        postal_code: Text = "postalCode",
        country: Text = "country",
    }
);
dto!(
    /// "MedInfo Object".
    MedInfo {
        id: Text = "id",
        external_id: Text = "externalId",
        medicine: Text = "medicine",
        is_refill: Option<bool> = "isRefill",
        dosage: Text = "dosage",
        refill_count: Text = "refillCount",
        pharmacy_instructions: Text = "pharmacyInstructions",
        dosing_frequency: Text = "dosingFrequency",
        treatment_period: Text = "treatmentPeriod",
        is_prior_auth_requested: Option<bool> = "isPriorAuthRequested",
        order_note: Text = "orderNote",
    }
);
dto!(
    /// "Activity Object".
    Activity {
        id: Text = "id",
        kind: Text = "type",
        is_phi: Option<bool> = "isPHI",
        is_restricted: Option<bool> = "isRestricted",
        timestamp: Text = "timestamp",
        value_before: Anything = "valueBefore",
        value_after: Anything = "valueAfter",
    }
);
dto!(
    /// A comment or a note of the example.
    Communication {
        id: Text = "id",
        text: Anything = "text",
        is_restricted: Option<bool> = "isRestricted",
        forms: Texts = "forms",
        created_at: Text = "createdAt",
        author: Option<User> = "author",
        attachments: Vec<Attachment> = "attachments",
    }
);
dto!(
    /// "Attachment Object", with `isDeleted` and `content` from the example.
    Attachment {
        id: Text = "id",
        file_name: Text = "fileName",
        is_phi: Option<bool> = "isPHI",
        is_restricted: Option<bool> = "isRestricted",
        is_deleted: Option<bool> = "isDeleted",
        created_at: Text = "createdAt",
        uploaded_by: Option<User> = "uploadedBy",
        url: Text = "url",
        content: Text = "content",
    }
);
dto!(
    /// "Payment Object", with what only the example has.
    Payment {
        id: Text = "id",
        is_deleted: Option<bool> = "isDeleted",
        description: Text = "description",
        amount: Text = "amount",
        status: Text = "status",
        due_date: Text = "dueDate",
        payment_date: Text = "paymentDate",
        cancellation_date: Text = "cancellationDate",
        is_scheduled: Option<bool> = "isScheduled",
        schedule_position: Text = "schedulePosition",
        is_auto_created: Option<bool> = "isAutoCreated",
        created_at: Text = "createdAt",
        updated_at: Text = "updatedAt",
        fees: Option<Fees> = "fees",
        created_by: Option<User> = "createdBy",
    }
);
dto!(
    /// One of `fees.subFees`.
    SubFee { label: Text = "label", amount: Text = "amount" }
);
dto!(
    /// "Calendar Event Object".
    CalendarEvent {
        id: Text = "id",
        start: Text = "startDateTime",
        end: Text = "endDateTime",
        timezone: Text = "timezone",
        meeting_link: Text = "meetingLink",
        meeting_provider: Text = "meetingProvider",
        cancel_url: Text = "cancelURL",
        reschedule_url: Text = "rescheduleURL",
        provider_name: Text = "providerName",
        provider_email: Text = "providerEmail",
    }
);
dto!(
    /// "Order Object".
    Order {
        id: Text = "id",
        external_id: Text = "externalId",
        pharmacy_order_id: Text = "pharmacyOrderId",
        tracking_id: Text = "trackingId",
        status: Text = "status",
        message: Anything = "message",
        pharmacy_name: Text = "pharmacyName",
        created_at: Text = "createdAt",
        items: Vec<OrderItem> = "items",
        replacement_reason: Text = "replacementReason",
        shipping_logs: Vec<ShippingLog> = "shippingLogs",
        est_delivery_at: Text = "estDeliveryAt",
        tracking_url: Text = "trackingUrl",
        carrier_name: Text = "carrierName",
    }
);
dto!(
    /// "Order Item Object".
    OrderItem { id: Text = "id", name: Text = "name", quantity: Text = "quantity" }
);
dto!(
    /// "Order Shipping Log Object".
    ShippingLog {
        at: Text = "statusUpdatedAt",
        location: Text = "location",
        message: Text = "message",
        status: Text = "status",
    }
);
dto!(
    /// One of `responses` of the example: a form with its answers.
    FormResponse {
        id: Text = "id",
        is_draft: Option<bool> = "isDraft",
        form: Option<FormName> = "form",
        responses: Vec<AnswerTo> = "responses",
    }
);
dto!(
    /// `form` of the example.
    FormName { id: Text = "id", name: Text = "name", description: Text = "description" }
);
dto!(
    /// One answer of the example.
    AnswerTo {
        id: Text = "id",
        is_archived: Option<bool> = "isArchived",
        text: Anything = "text",
        created_at: Text = "createdAt",
        question: Option<Question> = "question",
        respondent: Option<User> = "respondent",
    }
);
dto!(
    /// `question` of the example.
    Question {
        index: Text = "index",
        kind: Text = "type",
        text: Text = "text",
        is_phi: Option<bool> = "isPHI",
        options: Texts = "options",
        required: Option<bool> = "required",
    }
);

/// `fees` of a payment: whatever amounts it names ("consult, pharmacy, shipping, etc."), then `subFees`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fees {
    /// Amounts by the remote's name.
    pub(super) amounts: Vec<(String, String)>,
    /// `subFees`.
    pub(super) sub_fees: Vec<SubFee>,
}

impl Dto for Fees {
    fn of(fields: &Map<String, Value>) -> Self {
        Self {
            amounts: fields
                .iter()
                .filter(|(name, _)| *name != "subFees")
                .filter_map(|(name, value)| Some((name.clone(), Anything::read(Some(value)).0?)))
                .collect(),
            sub_fees: Lenient::read(fields.get("subFees")),
        }
    }

    fn odd_fields(fields: &Map<String, Value>, path: &Path<'_>, odd: &mut Vec<String>) {
        if let Some(value) = fields.get("subFees") {
            Vec::<SubFee>::odd(value, &Path::Field(path, "subFees"), odd);
        }
    }
}

/// `closedBy`, `inProgressBy`: a user's id in the table and the example, a Basic User by the text above it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct UserOrId(pub(super) Option<User>);

impl Lenient for UserOrId {
    fn read(value: Option<&Value>) -> Self {
        Self(
            Option::<User>::read(value)
                .or_else(|| Text::read(value).map(|id| User { id: Some(id), ..User::default() })),
        )
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        if value.is_object() { Option::<User>::odd(value, path, odd) } else { Text::odd(value, path, odd) }
    }
}
