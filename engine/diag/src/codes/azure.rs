//! Codes of the area `azure`.

crate::code::area! {
    REFUSED = "AZ001", "Azure refused a request. The message is the service's own.";
    OPERATION = "AZ002", "A long-running operation of Azure ended in failure. The object may exist all the same.";
    SIGN_IN = "AZ003", "No token could be got for Azure: credentials are missing, wrong or expired.";
    DEADLINE = "AZ004", "An operation took longer than its timeout allows. It may still be running in Azure.";
    BLOB = "AZ005", "Azure Blob Storage refused a request. The message is the service's own.";
}
