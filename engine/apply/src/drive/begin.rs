//! How each kind of step begins.

use futures_util::FutureExt;
use ordain_addr::DeposedKey;
use ordain_config::blocks::When;
use ordain_eval::{Evaluator, WantedInstance};
use ordain_plan::{Change, StepKind, Work};
use ordain_state::{Edit, Status};

use super::{Done, Drive};
use crate::provision::{self, Task};
use crate::work::{self, Ending, Making};

impl<'d> Drive<'d> {
    /// Begins a step that waits for no other step.
    pub(super) async fn begin(&mut self, step: u32, evaluator: &Evaluator) {
        let Some(kind) = self.ledger.kind(step) else { return };
        let Some(change) = self.change(kind.change()) else { return };
        match kind {
            StepKind::Join(_) | StepKind::Record(_) => self.ledger.finish(step, true),
            StepKind::Forget(_) => {
                self.counts.forgotten += 1;
                let remove =
                    Edit::Remove { address: change.address.clone(), deposed: change.deposed.clone() };
                self.end(step, vec![remove], None).await;
            }
            StepKind::Depose(at) => {
                let key = DeposedKey((self.session.host.deposed_key)().into());
                self.deposed.insert(at, key.clone());
                let depose = Edit::Depose { address: change.address.clone(), key };
                self.end(step, vec![depose], None).await;
            }
            StepKind::Create(_) | StepKind::Update(_) | StepKind::Read(_) => {
                if let Some(wanted) = self.wanted.remove(&step) {
                    self.begin_making(step, kind, change, wanted).await;
                }
            }
            StepKind::Delete(_) | StepKind::DeleteDeposed(_) => {
                self.begin_ending(step, kind, change, evaluator).await;
            }
        }
    }

    async fn begin_making(&mut self, step: u32, kind: StepKind, change: &'d Change, wanted: WantedInstance) {
        let session = self.session;
        let schema = session.schemas.get(&wanted.provider.provider, &wanted.address.resource);
        let (Some(provider), Some(schema)) = (self.provider(&wanted.provider, &wanted.address), schema)
        else {
            return self.ledger.finish(step, false);
        };
        if let StepKind::Read(_) = kind {
            self.ledger.begin(step);
            let job = async move {
                Done::Step(step, work::read(&*session.observer, wanted, provider, schema).await)
            };
            return self.queue.push_back((None, job.boxed()));
        }
        let creates = matches!(kind, StepKind::Create(_));
        let unfinished = creates
            && wanted.of.block.provisioners.iter().any(|provisioner| provisioner.when == When::Create);
        let what = if creates { "create" } else { "update" };
        let intent = self.intend(step, what, change, provider.has_effects() || unfinished).await;
        let present = self.state.instance(&wanted.address).and_then(|instance| instance.current.clone());
        let making = Making {
            observer: &*session.observer,
            gate: &*session.gate,
            change,
            wanted,
            provider,
            schema,
            present: present.filter(|_| !creates),
            unfinished,
        };
        let work = if creates { Work::Create } else { Work::Update };
        self.queue.push_back((intent, async move { Done::Step(step, making.run(work).await) }.boxed()));
    }

    async fn begin_ending(&mut self, step: u32, kind: StepKind, change: &'d Change, evaluator: &Evaluator) {
        let session = self.session;
        if !self.providers.contains_key(&change.provider) {
            return self
                .unprovided
                .entry(ordain_addr::ProviderConfigAddr::clone(&change.provider))
                .or_default()
                .push(step);
        }
        let provider = self.provider(&change.provider, &change.address);
        let deposed = match kind {
            StepKind::DeleteDeposed(at) => self.deposed.get(&at).cloned(),
            _ => change.deposed.clone(),
        };
        let object = self.state.instance(&change.address).and_then(|instance| match &deposed {
            Some(key) => instance.deposed.get(key).cloned(),
            None => instance.current.clone(),
        });
        // Without an object there is nothing left to do.
        let Some(object) = object else { return self.ledger.finish(step, true) };
        let schema = session.schemas.get(&change.provider.provider, &change.address.resource);
        let (Some(provider), Some(schema)) = (provider, schema) else {
            return self.ledger.finish(step, false);
        };
        let tasks = match deposed {
            None if object.status == Status::Ready => self.destroy_tasks(change, evaluator),
            _ => Some(Vec::new()),
        };
        let Some(tasks) = tasks else { return self.ledger.finish(step, false) };
        let intent = self.intend(step, "destroy", change, provider.has_effects() || !tasks.is_empty()).await;
        let ending = Ending {
            observer: &*session.observer,
            change,
            deposed,
            object,
            provider,
            schema,
            provisioners: &*session.provisioners,
            tasks,
        };
        self.queue.push_back((intent, async move { Done::Step(step, ending.run().await) }.boxed()));
    }

    /// Destroy-time provisioners; `None` after errors.
    fn destroy_tasks(&mut self, change: &Change, evaluator: &Evaluator) -> Option<Vec<Task>> {
        let config = change.address.config();
        let tree = &self.session.tree;
        let block = tree.resource(&config);
        let removed = tree.removed(&config);
        let provisioners = block
            .map(|block| &block.provisioners[..])
            .or_else(|| removed.map(|removed| &removed.provisioners[..]))
            .unwrap_or(&[]);
        let outer = match block {
            Some(block) => block.connection.as_ref(),
            None => removed.and_then(|removed| removed.connection.as_ref()),
        };
        let wanted = provisioners.iter().filter(|provisioner| provisioner.when == When::Destroy);
        let (tasks, found) = provision::tasks(evaluator, wanted, outer, &change.address, &change.before);
        let failed = found.has_errors();
        self.found.append(found.at_address(&change.address.to_string()));
        (!failed).then_some(tasks)
    }
}
