//! Error replies of the blob service.

use crate::ids::guid;
use crate::message::Reply;

/// An error: status, code and message as the service words them.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// A code whose wording never changes.
    pub fn of(code: &'static str) -> Refusal {
        let known = KNOWN.iter().find(|(c, _, _)| *c == code);
        let (status, message) =
            known.map_or((500, "Server encountered an internal error."), |(_, s, m)| (*s, *m));
        Refusal::new(status, code, message)
    }

    /// A header that is absent or wrong.
    pub fn header(name: &str, value: Option<&str>) -> Refusal {
        match value {
            None => Refusal::new(
                400,
                "MissingRequiredHeader",
                format!("An HTTP header that's mandatory for this request is not specified: {name}."),
            ),
            Some(v) => Refusal::new(
                400,
                "InvalidHeaderValue",
                format!("The value for one of the HTTP headers is not in the correct format: {name}: {v}."),
            ),
        }
    }

    pub fn reply(&self) -> Reply {
        let id = guid(&["blob request", &format!("{:?}", std::time::Instant::now())]);
        let body = format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{}\nRequestId:{id}</Message></Error>",
            self.code,
            super::list::escape(&self.message)
        );
        Reply::bytes(self.status, "application/xml", body)
            .with("x-ms-error-code", self.code)
            .with("x-ms-request-id", id)
    }
}

const KNOWN: &[(&str, u16, &str)] = &[
    ("AppendPositionConditionNotMet", 412, "The append position condition specified was not met."),
    (
        "AuthenticationFailed",
        403,
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
    ),
    (
        "AuthorizationPermissionMismatch",
        403,
        "This request is not authorized to perform this operation using this permission.",
    ),
    ("BlobAlreadyExists", 409, "The specified blob already exists."),
    ("BlobNotFound", 404, "The specified blob does not exist."),
    ("ConditionNotMet", 412, "The condition specified using HTTP conditional header(s) is not met."),
    ("ContainerAlreadyExists", 409, "The specified container already exists."),
    ("ContainerNotFound", 404, "The specified container does not exist."),
    ("InvalidBlobType", 409, "The blob type is invalid for this operation."),
    ("InvalidBlockList", 400, "The specified block list is invalid."),
    ("InvalidRange", 416, "The range specified is invalid for the current size of the resource."),
    ("InvalidResourceName", 400, "The specified resource name contains invalid characters."),
    ("InvalidXmlDocument", 400, "XML specified is not syntactically valid."),
    ("LeaseAlreadyPresent", 409, "There is already a lease present."),
    (
        "LeaseIdMismatchWithBlobOperation",
        412,
        "The lease ID specified did not match the lease ID for the blob.",
    ),
    (
        "LeaseIdMismatchWithLeaseOperation",
        409,
        "The lease ID specified did not match the lease ID for the blob.",
    ),
    (
        "LeaseIdMissing",
        412,
        "There is currently a lease on the blob and no lease ID was specified in the request.",
    ),
    (
        "LeaseIsBreakingAndCannotBeAcquired",
        409,
        "The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.",
    ),
    (
        "LeaseIsBrokenAndCannotBeRenewed",
        409,
        "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
    ),
    ("LeaseLost", 412, "A lease ID was specified, but the lease for the blob has expired."),
    ("LeaseNotPresentWithBlobOperation", 412, "There is currently no lease on the blob."),
    ("LeaseNotPresentWithLeaseOperation", 409, "There is currently no lease on the blob."),
    (
        "NoAuthenticationInformation",
        401,
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    ),
    ("ResourceNotFound", 404, "The specified resource does not exist."),
    ("SnapshotsPresent", 409, "This operation is not permitted while the blob has snapshots."),
];
