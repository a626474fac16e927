//! A case as it is served: every field of the complete response example of `carevalidate-get-cases.txt`, in its order.
//!
//! Written from the document alone; the client has its own reading of it.

#![allow(clippy::struct_field_names, clippy::struct_excessive_bools)] // the names and flags are the document's

use serde::Serialize;
use uuid::Uuid;

use crate::people::Text;
use crate::stamp::{Day, Stamp};

/// A case. `attachments`, `calendarEvents` and `orders` are absent unless they were asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    pub(crate) id: Uuid,
    pub(crate) r#type: Option<&'static str>,
    pub(crate) title: Option<Text>,
    pub(crate) status: &'static str,
    pub(crate) short_id: Option<String>,
    pub(crate) created_at: Stamp,
    pub(crate) updated_at: Stamp,
    pub(crate) assigned_at: Option<Stamp>,
    pub(crate) in_progress_at: Option<Stamp>,
    pub(crate) closed_at: Option<Stamp>,
    pub(crate) is_archived: bool,
    pub(crate) is_escalated: bool,
    pub(crate) is_imported: bool,
    pub(crate) referral_code: Option<String>,
    /// A string in the table and the example, though the document lists it under Basic User.
    pub(crate) closed_by: Option<&'static str>,
    pub(crate) in_progress_by: Option<&'static str>,
    pub(crate) archive_reason: Option<&'static str>,
    pub(crate) archive_note: Option<&'static str>,
    /// Only in the example, not in the table.
    pub(crate) product_bundle_id: Option<Uuid>,
    pub(crate) product_bundle: Option<ProductBundle>,
    pub(crate) assigned_to: Option<User>,
    pub(crate) hr_rep: Option<User>,
    pub(crate) assigned_by: Option<User>,
    pub(crate) assignees: Vec<Assignee>,
    pub(crate) submitter: Option<Submitter>,
    pub(crate) activity: Vec<Activity>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) notes: Vec<Comment>,
    pub(crate) payments: Vec<Payment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attachments: Option<Vec<Attachment>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calendar_events: Option<Vec<CalendarEvent>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) orders: Option<Vec<Order>>,
    pub(crate) responses: Option<Vec<FormResponse>>,
    pub(crate) products: Vec<Product>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProductBundle {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
}

/// "Basic User".
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// The example leaves it out for who uploaded a case attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Text>,
    pub(crate) first_name: Text,
    pub(crate) last_name: Text,
    /// Only for who made a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Assignee {
    pub(crate) assignee: User,
}

/// "Detailed User".
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Submitter {
    pub(crate) id: Text,
    pub(crate) first_name: Text,
    pub(crate) last_name: Text,
    pub(crate) email: Option<String>,
    pub(crate) dob: Option<Day>,
    pub(crate) gender: Option<&'static str>,
    pub(crate) phone_number: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) address2: Option<String>,
    pub(crate) city: Option<&'static str>,
    pub(crate) state: Option<&'static str>,
    pub(crate) postal_code: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Activity {
    pub(crate) id: Uuid,
    pub(crate) r#type: &'static str,
    #[serde(rename = "isPHI")]
    pub(crate) is_phi: bool,
    pub(crate) is_restricted: bool,
    pub(crate) timestamp: Stamp,
    pub(crate) value_before: Option<Text>,
    pub(crate) value_after: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decision {
    pub(crate) id: Uuid,
    pub(crate) is_approved: bool,
    pub(crate) is_no_decision: bool,
    pub(crate) start_date: Option<Day>,
    pub(crate) end_date: Option<Day>,
    pub(crate) decision_text: Option<Text>,
    pub(crate) category: Option<&'static str>,
    pub(crate) created_at: Stamp,
    pub(crate) is_paid: bool,
    pub(crate) visit_type: Option<&'static str>,
    pub(crate) product_id: Option<Uuid>,
    pub(crate) med_info: Vec<MedInfo>,
    pub(crate) added_by: Option<DecidedBy>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedInfo {
    pub(crate) id: Uuid,
    pub(crate) external_id: Option<String>,
    pub(crate) medicine: &'static str,
    pub(crate) is_refill: bool,
    pub(crate) dosage: Option<&'static str>,
    pub(crate) refill_count: Option<u32>,
    pub(crate) pharmacy_instructions: Option<&'static str>,
    pub(crate) dosing_frequency: Option<&'static str>,
    pub(crate) treatment_period: Option<&'static str>,
    pub(crate) is_prior_auth_requested: bool,
    pub(crate) order_note: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecidedBy {
    pub(crate) id: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) title_suffix: Option<&'static str>,
    pub(crate) email: &'static str,
    pub(crate) phone_number: Option<&'static str>,
    pub(crate) npi: Option<&'static str>,
    pub(crate) dea: Option<&'static str>,
    pub(crate) address: Option<&'static str>,
    pub(crate) address2: Option<&'static str>,
    pub(crate) city: Option<&'static str>,
    pub(crate) state: Option<&'static str>,
    pub(crate) postal_code: Option<&'static str>,
    pub(crate) country: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    pub(crate) id: Uuid,
    pub(crate) text: Option<Text>,
    pub(crate) is_restricted: bool,
    /// What is in it is documented nowhere; the example has none.
    pub(crate) forms: [(); 0],
    pub(crate) created_at: Stamp,
    pub(crate) author: Option<User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attachments: Option<Vec<Attachment>>,
}

/// An attachment before its `url` or `content` is put in.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    pub(crate) id: Uuid,
    pub(crate) is_restricted: bool,
    #[serde(rename = "isPHI")]
    pub(crate) is_phi: bool,
    pub(crate) file_name: Text,
    pub(crate) is_deleted: bool,
    pub(crate) created_at: Stamp,
    pub(crate) uploaded_by: Option<User>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    pub(crate) id: Uuid,
    pub(crate) is_deleted: bool,
    pub(crate) description: Option<Text>,
    pub(crate) amount: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) due_date: Option<Stamp>,
    pub(crate) payment_date: Option<Stamp>,
    pub(crate) cancellation_date: Option<Stamp>,
    pub(crate) is_scheduled: bool,
    pub(crate) schedule_position: Option<u32>,
    pub(crate) is_auto_created: bool,
    pub(crate) created_at: Stamp,
    pub(crate) updated_at: Stamp,
    pub(crate) fees: Option<Fees>,
    pub(crate) created_by: Option<User>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fees {
    pub(crate) consult_fee: String,
    pub(crate) convenience_fee: String,
    pub(crate) payment_processing_fee: String,
    pub(crate) pharmacy_fee: String,
    pub(crate) shipping_fee: String,
    pub(crate) syringe_kit_fee: String,
    pub(crate) tech_platform_fee: String,
    pub(crate) sub_fees: Vec<SubFee>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct SubFee {
    pub(crate) label: &'static str,
    pub(crate) amount: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalendarEvent {
    pub(crate) id: Uuid,
    pub(crate) start_date_time: Stamp,
    pub(crate) end_date_time: Stamp,
    pub(crate) timezone: Option<&'static str>,
    pub(crate) meeting_link: Option<String>,
    pub(crate) meeting_provider: Option<&'static str>,
    #[serde(rename = "cancelURL")]
    pub(crate) cancel_url: Option<String>,
    #[serde(rename = "rescheduleURL")]
    pub(crate) reschedule_url: Option<String>,
    pub(crate) provider_name: Option<Text>,
    pub(crate) provider_email: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    /// "string", not a UUID.
    pub(crate) id: String,
    pub(crate) external_id: Option<Uuid>,
    pub(crate) pharmacy_order_id: Option<String>,
    pub(crate) tracking_id: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) message: Option<&'static str>,
    pub(crate) pharmacy_name: Option<&'static str>,
    pub(crate) created_at: Stamp,
    pub(crate) items: Vec<OrderItem>,
    pub(crate) replacement_reason: Option<&'static str>,
    pub(crate) shipping_logs: Vec<ShippingLog>,
    pub(crate) est_delivery_at: Option<Stamp>,
    pub(crate) tracking_url: Option<String>,
    pub(crate) carrier_name: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderItem {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) quantity: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShippingLog {
    pub(crate) status_updated_at: Stamp,
    pub(crate) location: Option<Text>,
    pub(crate) message: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FormResponse {
    pub(crate) id: Uuid,
    pub(crate) is_draft: bool,
    pub(crate) form: Option<Form>,
    pub(crate) responses: Vec<Reply>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Form {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    pub(crate) description: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reply {
    pub(crate) id: Uuid,
    pub(crate) is_archived: bool,
    pub(crate) text: Option<Text>,
    pub(crate) created_at: Stamp,
    pub(crate) question: Option<AskedQuestion>,
    pub(crate) respondent: Option<User>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct AskedQuestion {
    pub(crate) index: usize,
    pub(crate) r#type: &'static str,
    pub(crate) text: &'static str,
    #[serde(rename = "isPHI")]
    pub(crate) is_phi: bool,
    /// That these are plain strings is inferred: the example's list is empty.
    pub(crate) options: &'static [&'static str],
    pub(crate) required: bool,
}

/// `subscription` may be absent, null, or hold two nulls: one state in three spellings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Product {
    pub(crate) id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[allow(clippy::option_option)] // absent, null, there: the three spellings
    pub(crate) subscription: Option<Option<Subscription>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) interval: Option<&'static str>,
    pub(crate) interval_count: Option<u32>,
}
