//! Archives in buckets: S3 with signed requests, Google Cloud Storage with tokens.

use std::path::Path;

use hmac::{Hmac, Mac};
use ordain_http::Request;
use sha2::{Digest, Sha256};
use url::Url;

use super::archives::{download, kind};
use super::{Getter, PackageAddress};
use crate::hash::hex;
use crate::network::Network;
use crate::settings::home;
use crate::transfer::Told;

/// SHA-256 of nothing: the body of a GET.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Fetches the archive that an address names into an empty directory.
///
/// # Errors
/// A sentence without a full stop.
pub(crate) async fn fetch(
    network: &Network<'_>,
    address: &PackageAddress,
    directory: &Path,
    told: Told<'_>,
) -> Result<(), String> {
    let Some(kind) = kind(address)? else {
        return Err(format!(
            "{} is no archive: what is fetched from a bucket must be one, such as module.zip",
            address.package()
        ));
    };
    let request = match address.getter {
        Getter::S3 => s3(network, address)?,
        _ => gcs(network, address)?,
    };
    download(network, &request, (kind, address.parameter("checksum")), directory, told).await
}

/// Who asks S3.
struct Credentials {
    id: String,
    secret: String,
    token: Option<String>,
}

fn credentials(network: &Network<'_>, address: &PackageAddress) -> Result<Option<Credentials>, String> {
    let given = |name: &str| address.parameter(name).map(str::to_owned);
    if let Some((id, secret)) = given("aws_access_key_id").zip(given("aws_access_key_secret")) {
        return Ok(Some(Credentials { id, secret, token: given("aws_access_token") }));
    }
    let var = |name: &str| network.env().get(name).filter(|text| !text.is_empty()).cloned();
    let profile = given("aws_profile");
    if profile.is_none()
        && let Some((id, secret)) = var("AWS_ACCESS_KEY_ID").zip(var("AWS_SECRET_ACCESS_KEY"))
    {
        return Ok(Some(Credentials { id, secret, token: var("AWS_SESSION_TOKEN") }));
    }
    let place = var("AWS_SHARED_CREDENTIALS_FILE").map(Into::into);
    let place = place.or_else(|| Some(home(network.env())?.join(".aws/credentials")));
    let text = place.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let name = profile.clone().or_else(|| var("AWS_PROFILE")).unwrap_or_else(|| "default".to_owned());
    let found = from_file(&text, &name);
    match (found, profile) {
        (None, Some(profile)) => Err(format!("the AWS profile {profile:?} has no access key")),
        (found, _) => Ok(found),
    }
}

/// The access key of a profile in a shared credentials file.
fn from_file(text: &str, profile: &str) -> Option<Credentials> {
    let inside = text.lines().map(str::trim).skip_while(|line| *line != format!("[{profile}]")).skip(1);
    let rows: Vec<(&str, &str)> = inside
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let value = |name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
    Some(Credentials {
        id: value("aws_access_key_id")?,
        secret: value("aws_secret_access_key")?,
        token: value("aws_session_token"),
    })
}

/// The request for an object of S3. Signed where there are credentials; without them only public objects answer.
fn s3(network: &Network<'_>, address: &PackageAddress) -> Result<Request, String> {
    let mut url = Url::parse(&address.url).map_err(|error| error.to_string())?;
    if let Some(version) = address.parameter("version") {
        url.query_pairs_mut().append_pair("versionId", version);
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let region = address.parameter("region").map(str::to_owned).or_else(|| region(&host));
    let var = |name: &str| network.env().get(name).filter(|text| !text.is_empty()).cloned();
    let region = region.or_else(|| var("AWS_REGION")).or_else(|| var("AWS_DEFAULT_REGION"));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let request = Request::get(url.as_str());
    Ok(match credentials(network, address)? {
        None => request,
        Some(credentials) => signed(request, &url, &region, &credentials, chrono::Utc::now()),
    })
}

/// The region that a host of S3 names.
fn region(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.strip_suffix(".amazonaws.com")?.split('.').collect();
    match labels.as_slice() {
        ["s3", region] | [_, "s3", region] => Some((*region).to_owned()),
        [service] | [_, service] => service.strip_prefix("s3-").map(str::to_owned),
        _ => None,
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // Keys of this kind may have any length.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.chain_update(text.as_bytes()).finalize().into_bytes().to_vec()
}

/// Adds what version 4 of AWS's signatures asks for: a GET without a body.
fn signed(
    request: Request,
    url: &Url,
    region: &str,
    credentials: &Credentials,
    now: chrono::DateTime<chrono::Utc>,
) -> Request {
    let (time, day) = (now.format("%Y%m%dT%H%M%SZ").to_string(), now.format("%Y%m%d").to_string());
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    let mut headers =
        vec![("host", host), ("x-amz-content-sha256", EMPTY.to_owned()), ("x-amz-date", time.clone())];
    headers.extend(credentials.token.clone().map(|token| ("x-amz-security-token", token)));
    let names = headers.iter().map(|row| row.0).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical =
        format!("GET\n{}\n{}\n{lines}\n{names}\n{EMPTY}", url.path(), url.query().unwrap_or_default());
    let scope = format!("{day}/{region}/s3/aws4_request");
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    let key = [region, "s3", "aws4_request"]
        .iter()
        .fold(mac(format!("AWS4{}", credentials.secret).as_bytes(), &day), |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}")));
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        credentials.id
    );
    // The client writes the host itself.
    let own = headers.into_iter().filter(|row| row.0 != "host");
    own.fold(request, |request, (name, value)| request.header(name, value)).header("authorization", value)
}

/// The request for an object of Google Cloud Storage, `https://www.googleapis.com/storage/v1/BUCKET/OBJECT`. With a
/// token where the environment has one; without it only public objects answer.
fn gcs(network: &Network<'_>, address: &PackageAddress) -> Result<Request, String> {
    let mut url = Url::parse(&address.url).map_err(|error| error.to_string())?;
    let path = url.path().strip_prefix("/storage/v1/").unwrap_or_default().to_owned();
    let (bucket, object) = path
        .split_once('/')
        .filter(|(bucket, object)| !bucket.is_empty() && !object.is_empty())
        .ok_or("the address of an object must be www.googleapis.com/storage/v1/BUCKET/OBJECT")?;
    let object = object.replace('/', "%2F");
    url.set_path(&format!("/storage/v1/b/{bucket}/o/{object}"));
    url.query_pairs_mut().append_pair("alt", "media");
    if let Some(generation) = address.parameter("generation") {
        url.query_pairs_mut().append_pair("generation", generation);
    }
    let request = Request::get(url.as_str());
    let var = |name: &str| network.env().get(name).filter(|text| !text.is_empty());
    match var("GOOGLE_OAUTH_ACCESS_TOKEN") {
        Some(token) => Ok(request.bearer(token)),
        None if var("GOOGLE_APPLICATION_CREDENTIALS").is_some() => Err(
            "a key file (GOOGLE_APPLICATION_CREDENTIALS) is not turned into a token by this build; set GOOGLE_OAUTH_ACCESS_TOKEN, such as from \"gcloud auth print-access-token\"".to_owned(),
        ),
        None => Ok(request),
    }
}

#[cfg(test)]
#[path = "buckets_tests.rs"]
mod tests;
