//! Codes of the area `http`.

crate::code::area! {
    CLIENT = "HTTP001", "The settings of an HTTP client or a request are invalid: a certificate, key, proxy or URL cannot be used.";
    CONNECT = "HTTP002", "No connection could be made. Check the address, the proxy settings and the trusted certificates (SSL_CERT_FILE).";
    TIMEOUT = "HTTP003", "The service did not answer in time.";
    DROPPED = "HTTP004", "The connection ended before the answer was complete. Whether the request took effect is not known.";
    CANCELLED = "HTTP005", "The request was ended because the run was asked to stop.";
    TOO_LARGE = "HTTP006", "The service sent more than is accepted for this request.";
}
