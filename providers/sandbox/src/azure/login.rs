//! The metadata endpoint, the token endpoint, and GitHub's OIDC token endpoint.

use super::cloud::{Answer, Cloud, Done};
use super::facts::{CLIENT, PRINCIPAL, TENANT};
use super::failure::Failure;
use crate::ids::short;
use crate::json::text;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The bearer token of the emulated workflow run, for the OIDC endpoint: a test value of this emulation.
pub(crate) const RUNNER_TOKEN: &str = "sandbox-runner-request-token";

/// What a federated assertion must be addressed to.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Where everything is, in the form of api-version 2022-09-01.
pub(crate) fn metadata(base: &str) -> Value {
    json!({"portal": base, "name": "EmulatorCloud", "media": "https://rest.media.azure.net",
        "authentication": {"loginEndpoint": base, "audiences": [base, "https://management.core.windows.net/"],
            "tenant": "common", "identityProvider": "AAD"},
        "graphAudience": "https://graph.windows.net/", "graph": "https://graph.windows.net/",
        "suffixes": {"azureDataLakeStoreFileSystem": "azuredatalakestore.net", "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net", "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net", "azureFrontDoorEndpointSuffix": "azurefd.net",
            "storageSyncEndpointSuffix": "afs.azure.net", "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "mariadbServerEndpoint": "mariadb.database.azure.com", "synapseAnalytics": "dev.azuresynapse.net",
            "attestationEndpoint": "attest.azure.net"},
        "batch": "https://batch.core.windows.net/", "resourceManager": base, "vmImageAliasDoc": base,
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "microsoftGraphResourceId": format!("{base}/"),
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId": "https://dc.applicationinsights.azure.com/v2/track",
        "attestationResourceId": "https://attest.azure.net",
        "synapseAnalyticsResourceId": "https://dev.azuresynapse.net",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "ossrDbmsResourceId": "https://ossrdbms-aad.database.windows.net", "gallery": base})
}

fn refused(error: &str, code: u32, message: String) -> Done {
    let status = if error == "invalid_client" { 401 } else { 400 };
    let text = format!("AADSTS{code}: {message}");
    Done::new(status, json!({"error": error, "error_description": text, "error_codes": [code]}))
}

fn jwt(claims: &Value, signature: &str) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    format!("{}.{}.{signature}", part(&json!({"alg": "none", "typ": "JWT"})), part(claims))
}

/// Why an assertion is refused: (error, code, message).
fn assertion_problem(assertion: &str, now: i64) -> Option<(&'static str, u32, String)> {
    let malformed = Some(("invalid_request", 50027, "JWT token is invalid or malformed.".to_string()));
    let parts: Vec<&str> = assertion.split('.').collect();
    let [_, claims, _] = parts.as_slice() else { return malformed };
    // Assertions that were not made here cannot be read; their three parts are all that can be asked of them.
    let claims: Value = URL_SAFE_NO_PAD.decode(claims).ok().and_then(|c| serde_json::from_slice(&c).ok())?;
    if claims.get("aud").is_some_and(|a| a.as_str() != Some(AUDIENCE)) {
        let message = format!(
            "No matching federated identity record found for presented assertion audience '{}'.",
            text(&claims, "aud")
        );
        return Some(("invalid_client", 700212, message));
    }
    if claims["exp"].as_i64().is_some_and(|exp| exp < now) {
        let message = "Client assertion is not within its valid time range.".to_string();
        return Some(("invalid_client", 700024, message));
    }
    None
}

impl Cloud {
    /// The token endpoint of a directory.
    pub fn token(&mut self, tenant: &str, form: &[(String, String)]) -> Done {
        let field = |name: &str| form.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
        if tenant != TENANT {
            let message = format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            );
            return refused("invalid_request", 90002, message);
        }
        let grant = field("grant_type");
        if grant != "client_credentials" {
            let grant = if grant.is_empty() { "None" } else { grant };
            let message = format!("The app requested an unsupported grant type '{grant}'.");
            return refused("unsupported_grant_type", 70003, message);
        }
        let scope = field("scope");
        let Some(audience) = scope.strip_suffix("/.default") else {
            let message = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            );
            return refused("invalid_scope", 1002012, message);
        };
        let client = field("client_id");
        if client != CLIENT {
            let message =
                format!("Application with identifier '{client}' was not found in the directory '{tenant}'.");
            return refused("unauthorized_client", 700016, message);
        }
        let now = self.clock.unix();
        let assertion = field("client_assertion");
        if !assertion.is_empty() {
            if let Some((error, code, message)) = assertion_problem(assertion, now) {
                return refused(error, code, message);
            }
        } else if field("client_secret") != self.secret {
            let message = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
            );
            return refused("invalid_client", 7000215, message);
        }
        let claims = json!({"aud": audience, "iss": format!("https://sts.windows.net/{tenant}/"), "iat": now, "nbf": now,
            "exp": now + 3599, "appid": client, "idtyp": "app", "oid": PRINCIPAL, "sub": PRINCIPAL, "tid": tenant,
            "ver": "1.0"});
        let token = jwt(&claims, &short(&["token", &self.tokens.len().to_string(), &now.to_string()], 32));
        self.tokens.insert(token.clone(), now + 3599);
        Done::new(
            200,
            json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}),
        )
    }

    /// Refuses a request without a valid bearer token of the token endpoint.
    pub fn authorize(&self, authorization: Option<&str>) -> Result<(), Failure> {
        let Some(given) = authorization.filter(|a| !a.is_empty()) else {
            let message = "Authentication failed. The 'Authorization' header is missing.";
            let mut failure = Failure::arm(401, "AuthenticationFailed", message);
            let challenge = format!("Bearer authorization_uri=\"{}/{TENANT}\"", self.base);
            failure.headers.push(("WWW-Authenticate".into(), challenge));
            return Err(failure);
        };
        let ends = given.strip_prefix("Bearer ").and_then(|t| self.tokens.get(t));
        match ends {
            None => Err(Failure::arm(401, "InvalidAuthenticationToken", "The access token is invalid.")),
            Some(ends) if *ends < self.clock.unix() => {
                let message = "The access token expiry UTC time is earlier than current UTC time.";
                Err(Failure::arm(401, "ExpiredAuthenticationToken", message))
            }
            Some(_) => Ok(()),
        }
    }

    /// GitHub's OIDC endpoint: a token about the emulated workflow run, for the audience asked for.
    pub fn workflow_token(&mut self, authorization: Option<&str>, audience: Option<&str>) -> Answer {
        let given = authorization
            .and_then(|a| a.split_once(' '))
            .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        if given.map(|(_, token)| token) != Some(RUNNER_TOKEN) {
            return Err(Failure {
                status: 401,
                headers: Vec::new(),
                body: json!({"message": "Bad credentials"}),
            });
        }
        let now = self.clock.unix();
        let claims = json!({"iss": "https://token.actions.githubusercontent.com",
            "aud": audience.unwrap_or("https://github.com/sandbox"), "sub": "repo:sandbox/sandbox:ref:refs/heads/main",
            "repository": "sandbox/sandbox", "ref": "refs/heads/main", "iat": now, "nbf": now - 60, "exp": now + 300});
        let token = jwt(&claims, &short(&["workflow", &self.log.len().to_string()], 32));
        Ok(Done::new(200, json!({"count": token.len(), "value": token})))
    }
}
