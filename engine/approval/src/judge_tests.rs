use ordain_plan::Digest;
use ordain_plan::file::{Inputs, Origin, Place};
use ordain_policy::{Decision, Requirement};

use super::*;
use crate::approval::{Proof, SignError, Statement, sign};
use crate::signers::tests::{key, public};

const NOW: i64 = 1_000_000;

/// A plan for staging by dev, approved by ada (key 1); bob has key 2.
struct World {
    header: Header,
    digests: Digests,
    approvals: Vec<Approval>,
    rules: Rules,
    signers: AllowedSigners,
    revocations: Revocations,
    decisions: Decisions,
    directory: &'static str,
    lineage: &'static str,
    serial: u64,
    used: Option<i64>,
    errored: bool,
    now: i64,
}

fn world() -> World {
    let digests = Digests { root: Digest::of(b"root"), effects: Digest::of(b"effects") };
    let mut staging = Environment::new("staging");
    staging.paths = vec!["environments/staging".to_owned()];
    staging.approvers = vec!["*@example.com".to_owned()];
    let place = Place {
        environment: Some("staging".to_owned()),
        workspace: "default".to_owned(),
        backend: "local:x".to_owned(),
        directory: "environments/staging".to_owned(),
    };
    let origin = Origin {
        author: Some("dev@example.com".to_owned()),
        created: NOW - 100,
        nonce: "n".to_owned(),
        ..Origin::default()
    };
    let header = Header {
        engine: "0".to_owned(),
        terraform_version: "1.11.4".to_owned(),
        sealing: "none".to_owned(),
        place,
        origin,
        inputs: Inputs::default(),
    };
    let text = format!("ada@example.com,eve@other.org {}\nbob@example.com {}\n", public(1), public(2));
    let mut world = World {
        header,
        digests,
        approvals: Vec::new(),
        rules: Rules { environments: vec![staging], declared: true },
        signers: AllowedSigners::parse("allowed_signers", &text).0,
        revocations: Revocations::default(),
        decisions: Decisions::default(),
        directory: "environments/staging",
        lineage: "l",
        serial: 7,
        used: None,
        errored: false,
        now: NOW,
    };
    world.approvals = vec![world.signed("ada@example.com", 1)];
    world
}

impl World {
    fn statement(&self, principal: &str) -> Statement {
        Statement {
            verdict: "approve".to_owned(),
            root: self.digests.root,
            effects: self.digests.effects,
            environment: self.header.place.environment.clone(),
            principal: principal.to_owned(),
            at: NOW - 10,
            expires: None,
        }
    }

    fn signed(&self, principal: &str, seed: u8) -> Approval {
        signed(&self.statement(principal), seed)
    }

    fn environment(&mut self) -> &mut Environment {
        &mut self.rules.environments[0]
    }

    fn judge(&self) -> Verdict {
        judge(&Case {
            header: &self.header,
            digests: self.digests,
            base: ("l", 7),
            errored: self.errored,
            approvals: &self.approvals,
            rules: &self.rules,
            keys: (&self.signers, &self.revocations),
            decisions: &self.decisions,
            current: Current {
                directory: self.directory,
                workspace: "default",
                backend: "local:x",
                lineage: self.lineage,
                serial: self.serial,
                used: self.used,
            },
            now: self.now,
        })
    }

    fn permit(&self) -> Permit {
        match self.judge() {
            Verdict::Permit(permit) => permit,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn denied(&self, summary: &str) -> Diagnostic {
        match self.judge() {
            Verdict::Denied(found) => found
                .iter()
                .find(|item| item.summary == summary)
                .unwrap_or_else(|| panic!("{found:?}"))
                .clone(),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn pending(&self, why: &str) {
        match self.judge() {
            Verdict::Pending(found) => {
                assert!(found.iter().any(|item| item.detail.contains(why)), "{found:?}")
            }
            other => panic!("{other:?}"),
        }
    }
}

fn signed(statement: &Statement, seed: u8) -> Approval {
    let text = key(seed).to_openssh(ssh_key::LineEnding::LF).unwrap();
    sign(statement, &text, || Err("no passphrase".to_owned())).unwrap()
}

#[test]
fn an_approved_plan_gets_a_permit_for_itself_alone() {
    let world = world();
    let permit = world.permit();
    assert_eq!(permit.root(), world.digests.root);
    assert!(permit.approved_by()[0].starts_with("ada@example.com (SHA256:"));
    assert!(permit.check(world.digests.root, ("l", 7), NOW).is_ok());
    assert!(permit.check(Digest::of(b"other"), ("l", 7), NOW).is_err());
    assert_eq!(permit.check(world.digests.root, ("l", 8), NOW).unwrap_err().summary, "Saved plan is stale");
    assert!(permit.check(world.digests.root, ("l", 7), NOW + 1_000_000).is_err());
}

#[test]
fn unapproved_plans_wait() {
    let mut world = world();
    world.approvals.clear();
    world.pending("The plan carries no approvals");
    world.approvals = vec![Approval::unsigned(&world.statement("dev@example.com"), Proof::AutoApprove)];
    world.pending("demands signatures");
}

#[test]
fn without_rules_one_yes_is_enough_and_none_is_not() {
    let mut world = world();
    world.rules = Rules::default();
    world.header.place.environment = None;
    world.approvals.clear();
    world.pending("Nobody has said yes");
    for proof in [Proof::Prompt, Proof::AutoApprove] {
        world.approvals = vec![Approval::unsigned(&world.statement("dev"), proof)];
        world.permit();
    }
    let mut statement = world.statement("dev");
    statement.root = Digest::of(b"other");
    world.approvals = vec![Approval::unsigned(&statement, Proof::Prompt)];
    world.pending("approved another plan");
}

#[test]
fn an_environment_may_be_content_with_a_yes() {
    let mut world = world();
    world.environment().quorum = 0;
    world.approvals = vec![Approval::unsigned(&world.statement("dev@example.com"), Proof::Prompt)];
    world.permit();
    world.approvals.clear();
    world.pending("demands 1 approval(s)");
}

#[test]
fn other_places_are_denied() {
    let mut elsewhere = world();
    elsewhere.header.place.environment = Some("production".to_owned());
    assert!(elsewhere.denied("Plan is for another place").detail.contains("production"));
    let mut workspace = world();
    workspace.header.place.workspace = "other".to_owned();
    assert!(workspace.denied("Plan is for another place").detail.contains("workspace"));
    let mut unclaimed = world();
    unclaimed.directory = "scratch";
    unclaimed.denied("No environment claims this directory");
    let mut revoked = world();
    revoked.revocations = Revocations::parse("r", &format!("root {}", revoked.digests.root)).0;
    revoked.denied("Plan is revoked");
}

#[test]
fn used_stale_expired_and_broken_plans_are_denied() {
    let mut used = world();
    used.used = Some(NOW - 5);
    assert!(used.denied("Plan was already applied").detail.contains("1970-01-12"));
    let mut stale = world();
    stale.serial = 8;
    stale.denied("Saved plan is stale");
    let mut lineage = world();
    lineage.lineage = "other";
    lineage.denied("Saved plan does not match the given state");
    let mut expired = world();
    expired.header.origin.expires = Some(NOW);
    expired.denied("Plan has expired");
    let mut old = world();
    old.environment().plan_lifetime = Some(100);
    old.denied("Plan has expired");
    let mut errored = world();
    errored.errored = true;
    errored.denied("Cannot apply incomplete plan");
}

#[test]
fn policies_deny_and_demand_more() {
    let decision =
        Decision { rule: "data.x.deny".into(), message: "no".into(), addresses: vec!["a.b".into()] };
    let mut denied = world();
    denied.decisions.deny = vec![decision.clone()];
    let found = denied.denied("Policy denies this plan");
    assert_eq!(found.address.as_deref(), Some("a.b"));
    let mut more = world();
    more.decisions.require = vec![Requirement { decision, approvals: 2, from: vec!["bob@*".to_owned()] }];
    more.pending("demands 2 approval(s)");
    more.pending("demands an approval by bob@*");
    more.approvals.push(more.signed("bob@example.com", 2));
    more.permit();
}

#[test]
fn quorum_counts_people_and_keys_once() {
    let mut world = world();
    world.environment().quorum = 2;
    world.approvals.push(world.signed("ada@example.com", 1));
    world.pending("1 count(s)");
    world.environment().approvers.push("eve@other.org".to_owned());
    world.approvals.push(world.signed("eve@other.org", 1));
    world.pending("1 count(s)");
    world.approvals.push(world.signed("bob@example.com", 2));
    world.permit();
}

#[test]
fn authors_do_not_approve_their_own_plans() {
    let mut world = world();
    world.header.origin.author = Some("ada@example.com".to_owned());
    world.pending("made the plan and may not approve it");
    world.header.origin.author = None;
    world.pending("does not say who made it");
    world.environment().author_may_approve = true;
    world.permit();
}

#[test]
fn approvals_that_do_not_count_say_why() {
    let base = world();
    let with = |change: &dyn Fn(&mut Statement), seed: u8| {
        let mut statement = base.statement("ada@example.com");
        change(&mut statement);
        signed(&statement, seed)
    };
    let cases: Vec<(Approval, &str)> = vec![
        (with(&|s| s.root = Digest::of(b"other"), 1), "approved another plan"),
        (with(&|s| s.environment = Some("production".into()), 1), "approved it for production"),
        (with(&|s| s.principal = "eve@other.org".into(), 1), "eve@other.org may not approve staging"),
        (with(&|s| s.principal = "bob@example.com".into(), 1), "does not speak for bob@example.com"),
        (with(&|_| (), 3), "not among the allowed signers"),
        (with(&|s| s.verdict = "reject".into(), 1), "not an approval"),
        (with(&|s| s.at = NOW + 1_000, 1), "from the future"),
        (with(&|s| s.expires = Some(NOW), 1), "counted until"),
        (with(&|s| s.at = NOW - 90_000, 1), "counted until"),
    ];
    for (approval, why) in cases {
        let mut world = world();
        world.approvals = vec![approval];
        world.pending(why);
    }
    let mut altered = world();
    altered.approvals[0].statement = altered.approvals[0].statement.replace("999990", "999991");
    altered.pending("not over this statement");
    let mut spaced = world();
    spaced.approvals[0].statement.insert(1, ' ');
    spaced.pending("was altered");
    let mut garbage = world();
    garbage.approvals[0].proof = Proof::Ssh("x".to_owned());
    garbage.pending("cannot be read");
    let mut revoked = world();
    let fingerprint = key(1).fingerprint(ssh_key::HashAlg::Sha256);
    revoked.revocations = Revocations::parse("r", &format!("key {fingerprint}")).0;
    revoked.pending("is revoked");
    let mut person = world();
    person.revocations = Revocations::parse("r", "principal ada@example.com").0;
    person.pending("is revoked");
}

#[test]
fn signatures_for_other_purposes_do_not_count() {
    let mut world = world();
    let statement = world.statement("ada@example.com").text();
    let other = key(1).sign("git", ssh_key::HashAlg::Sha512, statement.as_bytes()).unwrap();
    let proof = Proof::Ssh(other.to_pem(ssh_key::LineEnding::LF).unwrap());
    world.approvals = vec![Approval { statement, proof }];
    world.pending("not for approvals of plans");
    let text = format!("ada@example.com namespaces=\"git\" {}", public(1));
    world.signers = AllowedSigners::parse("a", &text).0;
    world.approvals = vec![world.signed("ada@example.com", 1)];
    world.pending("may not sign in the namespace");
}

#[test]
fn the_same_effects_count_where_the_environment_says_so() {
    let mut world = world();
    world.digests.root = Digest::of(b"planned again");
    world.pending("approved another plan");
    world.environment().same_effects = true;
    assert_eq!(world.permit().root(), world.digests.root);
    world.digests.effects = Digest::of(b"other effects");
    world.pending("approved another plan");
}

#[test]
fn encrypted_keys_ask_for_their_passphrase() {
    let world = world();
    let statement = world.statement("ada@example.com");
    let mut salt = rand_free_rng();
    let text = key(1).encrypt(&mut salt, "open sesame").unwrap().to_openssh(ssh_key::LineEnding::LF).unwrap();
    assert!(sign(&statement, &text, || Ok("open sesame".to_owned())).is_ok());
    let wrong = sign(&statement, &text, || Ok("no".to_owned())).unwrap_err();
    assert!(matches!(wrong, SignError::Passphrase(_)), "{wrong}");
    assert!(matches!(sign(&statement, "x", || Ok(String::new())), Err(SignError::NotAKey(_))));
}

/// A source of bytes that are the same in every run; good enough for a salt in a test.
fn rand_free_rng() -> impl ssh_key::rand_core::CryptoRngCore {
    struct Fixed(u8);
    impl ssh_key::rand_core::RngCore for Fixed {
        fn next_u32(&mut self) -> u32 {
            7
        }
        fn next_u64(&mut self) -> u64 {
            7
        }
        fn fill_bytes(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), ssh_key::rand_core::Error> {
            self.fill_bytes(bytes);
            Ok(())
        }
    }
    impl ssh_key::rand_core::CryptoRng for Fixed {}
    Fixed(9)
}
