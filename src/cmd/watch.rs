//! `memtune watch`: what runs, what speaks to the watchdog, and what has it installed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::cli::{Global, Switch, Watch, WatchAction};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::service;
use crate::ui::terminal::Terminal;
use crate::ui::{json, message, prompt, watch as shown};
use crate::watch::controls::{self, Answer, Decision, NoAnswer, Request, Status};

use super::planned::{self, Approval};
use super::{watch_replay, watch_run, watch_settings, watch_story};

/// It answers between two looks; one that is ending a job may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A hook before the kill is heard out first; for a longer one nobody is kept waiting.
const UNTIL_SHOWN: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_millis(100);

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, what is refused, why the watchdog does not answer, or what cannot be done.
pub fn run(arguments: &Watch, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let Some(action) = &arguments.action else {
        return watch_run::run(&arguments.run, arguments.socket.as_deref(), global, host, terminal);
    };
    let speaks = Speaker { socket: arguments.socket.as_deref().unwrap_or(controls::PATH), global, host };
    match action {
        WatchAction::Run(run) => watch_run::run(run, arguments.socket.as_deref(), global, host, terminal),
        WatchAction::Status { last: Some(most) } => {
            watch_story::last(usize::from(*most), global, host, terminal)
        }
        WatchAction::Status { last: None } => speaks.status(terminal),
        WatchAction::Explain { config } => watch_story::explain(config.as_deref(), global, host, terminal),
        WatchAction::Replay { file, config } => {
            watch_replay::run(file, config.as_deref(), global, host, terminal)
        }
        WatchAction::Start => speaks.order(Request::Start, terminal),
        WatchAction::Stop => speaks.order(Request::Stop, terminal),
        WatchAction::Print { switch } => speaks.order(Request::Print(*switch == Switch::On), terminal),
        WatchAction::Reload => speaks.order(Request::Reload, terminal),
        WatchAction::Lowmem => speaks.lowmem(terminal),
        WatchAction::Check { file } => watch_settings::check(file.as_deref(), global, host, terminal),
        WatchAction::Config => watch_settings::example(terminal),
        WatchAction::Hook => watch_settings::hook(terminal),
        WatchAction::Install => install(global, host, terminal),
        WatchAction::Uninstall => uninstall(global, host, terminal),
    }
}

/// Speaks to the watchdog.
struct Speaker<'s> {
    socket: &'s str,
    global: &'s Global,
    host: &'s Host,
}

impl Speaker<'_> {
    fn status(&self, terminal: &mut Terminal) -> Result<Exit> {
        let status = match self.ask(Request::Status) {
            Ok(Answer::Status(status)) => Some(status),
            Ok(other) => return Err(refused(&other).into()),
            Err(fault) if fault.0 == Some(NoAnswer::NoWatchdog) => None,
            Err(fault) => return Err(fault.1.into()),
        };
        let text = match (self.global.json, self.global.quiet) {
            (true, _) => json::object(&shown::for_programs(status.as_ref()))?,
            (_, true) => shown::verdict(status.as_ref()),
            _ => shown::status(status.as_ref(), self.is_installed(), terminal.look),
        };
        terminal.show(&text)?;
        Ok(if status.is_some() { Exit::Done } else { Exit::Findings })
    }

    /// What changes only how the watchdog behaves until it ends.
    fn order(&self, request: Request, terminal: &mut Terminal) -> Result<Exit> {
        if self.global.dry_run {
            // Where it could not be told, that is what is to be known.
            self.ask(Request::Status).map_err(|fault| fault.1)?;
            let text = format!("The watchdog would be told: {}. It was not.\n", request.line());
            terminal.show(&text)?;
            return Ok(Exit::Done);
        }
        match self.ask(request).map_err(|fault| fault.1)? {
            Answer::Done { what } => {
                let text = if self.global.json {
                    json::object(&shown::done(&what))?
                } else {
                    shown::sentence(&what)
                };
                terminal.show(&text)?;
                Ok(Exit::Done)
            }
            other => Err(refused(&other).into()),
        }
    }

    fn lowmem(&self, terminal: &mut Terminal) -> Result<Exit> {
        let answer = self.ask(Request::Status).map_err(|fault| fault.1)?;
        let Answer::Status(status) = answer else { return Err(refused(&answer).into()) };
        let only_shown = self.global.dry_run || status.dry_run;
        if !only_shown && !self.global.yes && !self.agrees(&status)? {
            terminal.show("Nothing was said to the watchdog.\n")?;
            return Ok(Exit::Done);
        }
        // What is only shown ends nobody, so that it is said in earnest.
        let global = Global { dry_run: false, root: None, ..*self.global };
        let request = Request::Lowmem { dry_run: only_shown };
        let exit = Speaker { global: &global, ..*self }.order(request, terminal)?;
        if !self.global.json {
            match self.whom(&status) {
                Ok(whom) => terminal.show(&shown::sentence(&whom))?,
                // The order was carried out, whatever became of the watchdog since.
                Err(_) if !only_shown => {}
                Err(lacking) => return Err(lacking),
            }
        }
        Ok(exit)
    }

    /// Whom it ended, or would have, after it was as `before`; it answers between two looks, so that it knows soon.
    fn whom(&self, before: &Status) -> Result<String> {
        let asked = Instant::now();
        loop {
            let answer = self.ask(Request::Status).map_err(|fault| fault.1)?;
            let Answer::Status(status) = answer else { return Err(refused(&answer).into()) };
            // What was last before has grown older, unless it was a moment ago.
            let is_newer = |last: &Decision, old: &Decision| {
                old.what != last.what || last.ago < old.ago || last.ago == 0
            };
            let is_new = |last: &&Decision| before.last.as_ref().is_none_or(|old| is_newer(last, old));
            if let Some(last) = status.last.as_ref().filter(is_new).filter(|_| !status.simulating) {
                return Ok(last.what.to_string());
            }
            if asked.elapsed() > UNTIL_SHOWN {
                return Ok(
                    "it has named nobody yet: what it tells says why (`journalctl -u memtune-watchd`, \
                           where it is a service)"
                        .to_owned(),
                );
            }
            sleep(BETWEEN);
        }
    }

    fn agrees(&self, status: &Status) -> Result<bool> {
        if !status.running {
            message::warning("the watchdog was stopped: it will not act before `memtune watch start`");
        }
        if self.global.json {
            let fault = Fault::new(Exit::Usage, "with `--json` no question can be asked");
            return Err(fault.hint("pass -n to see who would be ended, or -y to have it done").into());
        }
        Ok(prompt::confirm(
            "End a job of this machine now, the one that the watchdog would end if memory were short?",
        )?)
    }

    /// The answer; a failure comes with its cause, where it lies with the watchdog.
    fn ask(&self, request: Request) -> Result<Answer, (Option<NoAnswer>, Fault)> {
        if !self.host.is_live() {
            let fault = Fault::new(Exit::Usage, "a tree has no watchdog that runs");
            return Err((None, fault.hint("without `--root` the one of this machine is meant")));
        }
        controls::ask(self.socket, request, PATIENCE).map_err(|why| {
            let fault = fault(&why, self.is_installed());
            (Some(why), fault)
        })
    }

    /// Whether it is a service here, which should run then.
    fn is_installed(&self) -> bool {
        self.host.has(service::PATH)
    }
}

fn fault(why: &NoAnswer, is_installed: bool) -> Fault {
    let message = why.to_string();
    match why {
        NoAnswer::NoWatchdog if is_installed => Fault::new(Exit::Failed, message)
            .hint("its service is installed: `systemctl status memtune-watchd` says why it does not run"),
        NoAnswer::NoWatchdog => Fault::new(Exit::Failed, message)
            .hint("`sudo memtune watch install` has one run, now and at every boot"),
        NoAnswer::NotAllowed => planned::with_sudo::<()>(Err(Fault::new(Exit::Privilege, message.clone())))
            .err()
            .unwrap_or_else(|| Fault::new(Exit::Privilege, message)),
        NoAnswer::Silent => Fault::new(Exit::Failed, message)
            .hint("`systemctl status memtune-watchd` and `journalctl -u memtune-watchd` say more"),
        NoAnswer::Failed(_) => Fault::new(Exit::Failed, message),
    }
}

fn refused(answer: &Answer) -> Fault {
    match answer {
        Answer::Refused { why } => Fault::new(Exit::Refused, format!("the watchdog refuses: {why}")),
        _ => Fault::new(Exit::Failed, "the watchdog gave the answer to another question"),
    }
}

fn install(global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let memtune = std::env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok());
    let request = service::Request { memtune, wrong_settings: watch_settings::wrong(host) };
    let plan = planned::with_sudo(service::install(&Readings::new(host, None), &request))?;
    planned::carry_out(plan, approval, global, host, terminal)
}

fn uninstall(global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let plan = planned::with_sudo(service::uninstall(&Readings::new(host, None)))?;
    planned::carry_out(plan, approval, global, host, terminal)
}
