//! What the loop asks to be done: plain data until somebody works on it.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{Answer, Asked, WantedInstance, WantedProvider};
use ordain_provider::{ConfigureRequest, Provider, ProviderSource};
use ordain_state::InstanceState;

use crate::managed::Situation;
use crate::session::{Done, Session};
use crate::{data, ephemeral, managed};

/// What the loop asks to be done.
#[expect(clippy::large_enum_variant, reason = "nearly all are instances, and a list of them is one piece")]
pub(crate) enum Task {
    /// Nothing: it is known already what comes of it.
    Settled(Box<Done>),
    /// A provider configuration to make ready.
    Provider(Arc<dyn ProviderSource>, Box<WantedProvider>),
    /// An instance to plan.
    Instance(OneInstance),
}

/// An instance to plan.
pub(crate) struct OneInstance {
    pub(crate) wanted: WantedInstance,
    pub(crate) provider: Arc<dyn Provider>,
    /// Why it cannot be planned for good yet, where it cannot.
    pub(crate) deferral: Option<(&'static str, bool)>,
    pub(crate) kind: Kind,
}

/// What is known of an instance beside what is wanted, by its mode.
pub(crate) enum Kind {
    Managed(Situation),
    /// What the state holds of it, and whether something that it waits for has changes.
    Data(InstanceState, bool),
    Ephemeral,
}

impl Task {
    /// What answers at once.
    pub(crate) fn settled(done: Done) -> Self {
        Self::Settled(Box::new(done))
    }

    /// Does it.
    pub(crate) async fn carried_out(self, session: Arc<Session>) -> Done {
        match self {
            Self::Settled(done) => *done,
            Self::Provider(source, wanted) => configure(&session, &*source, *wanted).await,
            Self::Instance(OneInstance { wanted, provider, deferral, kind }) => {
                let done = match kind {
                    Kind::Managed(situation) => managed::plan(&session, wanted, provider, situation).await,
                    Kind::Data(..) if deferral.is_some() => data::deferred(&session, &wanted),
                    Kind::Data(prior, pending) => {
                        data::plan(&session, wanted, provider, prior, pending).await
                    }
                    Kind::Ephemeral => return ephemeral::open(&session, wanted, provider).await,
                };
                Done { deferred: deferral.or(done.deferred), ..done }
            }
        }
    }
}

async fn configure(session: &Session, source: &dyn ProviderSource, wanted: WantedProvider) -> Done {
    let mut done = Done::default();
    let ready = ready(session, source, &wanted, &mut done.found).await;
    let answer = match &ready {
        Some(_) => Answer::Value(wanted.config.clone()),
        None => Answer::Failed,
    };
    let asked = Asked::Provider(wanted.address.clone());
    done.found = done.found.map(|finding| match wanted.span {
        Some(span) if finding.span.is_none() => finding.with_span(span),
        _ => finding,
    });
    done.found = done.found.at_address(&wanted.address.to_string());
    Done { answer: Some((asked, answer)), provider: Some((wanted.address, ready)), ..done }
}

async fn ready(
    session: &Session,
    source: &dyn ProviderSource,
    wanted: &WantedProvider,
    found: &mut Diagnostics,
) -> Option<Arc<dyn Provider>> {
    let provider = match source.instance(&wanted.address).await {
        Ok(provider) => provider,
        Err(problems) => {
            found.append(problems);
            return None;
        }
    };
    let (config, _) = wanted.config.clone().unmark_deep();
    let problems = provider.validate_config(config.clone()).await;
    if problems.has_errors() && wanted.span.is_none() {
        let detail = format!(
            "Provider \"{}\" requires explicit configuration. Add a provider block to the root module and configure the \
             provider's required arguments as described in the provider documentation.",
            wanted.address.provider
        );
        found.push(Diagnostic::error(
            codes::provider::PROVIDER_CONFIG,
            "Invalid provider configuration",
            detail,
        ));
    }
    found.append(problems);
    if found.has_errors() {
        return None;
    }
    let terraform_version = session.options.terraform_version.clone();
    let deferral_allowed = session.options.allow_deferral;
    found.append(provider.configure(ConfigureRequest { config, terraform_version, deferral_allowed }).await);
    (!found.has_errors()).then_some(provider)
}
