//! Web answers of route handlers.

use super::json::Json;

/// A status and a JSON body.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Json,
}

/// `return jsonify(body), status`
pub fn respond(body: &Json, status: i64) -> Response {
    Response { status: u16::try_from(status).unwrap_or(500), body: body.clone() }
}
