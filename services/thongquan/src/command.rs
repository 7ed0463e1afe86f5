//! `thongquan command`: gives a command to one declaration, waits for the answer, prints it.

mod page;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use stream::{Envelope, Outgoing, Role, Stream, Topics};
use tokio::time::Instant;
use vocabulary::{
    AutomaticCase, Bilingual, Commander, CustomsCommand, DeclarationNumber, Instruction, Lane, NamedDeclaration, Post,
    Reason,
};

use crate::config::{self, Config, ConfigArgument};
use crate::{Failure, Format, Lang, arguments, awaiting, backends, now_in_vietnam, print, print_json};

#[derive(clap::Args)]
#[command(after_help = "EXAMPLES:\n  \
    thongquan command 108399733040 accept-documents --officer HQ-0417 --office 03CC\n  \
    thongquan command 108399733040 reroute --lane red --reason information --words \"tin báo\" --officer HQ-0417 --office 03CC\n  \
    thongquan command 108399733040 pass-supervision --gate GATE-2 --office 03EE\n  \
    thongquan command TQ2026-41 decide --declarant 0100233488 --officer HQ-0417 --office 03CC\n\n\
    The declarant is told what concerns the declarant: the reason of an amendment or a refusal, never that of a lane nor a \
    remark. Without --declarant the number's declarant is looked up in the database.\n\n\
    EXIT STATUS:\n  0  the command is carried out\n  1  it is refused, or no such declaration is kept; nothing has changed\n  \
    2  it could not be read\n 64  the command line or the configuration is wrong\n \
    70  no answer came in time, or a server cannot be reached\n\nA processor has to run on the same configuration: \
    `thongquan serve`.")]
pub(crate) struct Arguments {
    /// The declaration's number, that of any version; or with --declarant the declarant's reference
    #[arg(value_name = "NUMBER")]
    name: String,
    #[command(subcommand)]
    what: What,
    /// The declarant's tax code
    #[arg(long, global = true, value_name = "TAX CODE")]
    declarant: Option<String>,
    /// The version of the reference, where there is no number [default: the last one]
    #[arg(long, global = true, value_name = "N")]
    version: Option<u32>,
    /// Who commands: the officer's identifier
    #[arg(long, global = true, value_name = "ID")]
    officer: Option<String>,
    /// Who commands: the gate's identifier
    #[arg(long, global = true, value_name = "ID")]
    gate: Option<String>,
    /// The customs office of the officer or the gate
    #[arg(long, global = true, value_name = "CODE")]
    office: Option<String>,
    /// A remark for the record of customs, which the declarant is never told
    #[arg(long, global = true, value_name = "TEXT")]
    remark: Option<String>,
    /// The identifier of the command: given again with the same content it changes nothing and gets the first answer
    /// [default: a new one]
    #[arg(long, global = true, value_name = "ID")]
    id: Option<String>,
    /// How long to wait for the answer, in seconds
    #[arg(long, global = true, default_value_t = 30, value_name = "SECONDS", value_parser = arguments::seconds())]
    wait: u64,
    /// How the answer is printed; JSON is one object
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of the answer
    #[arg(long, global = true, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    #[command(flatten)]
    config: ConfigArgument,
}

#[derive(Subcommand)]
enum What {
    /// Accept the documents (yellow lane): what is owed comes next, or clearance
    AcceptDocuments,
    /// Ask the declarant for an amendment, within the term of the law
    InstructAmendment(ReasonArguments),
    /// Move the declaration to a stricter lane
    Reroute {
        /// The lane
        #[arg(long, value_enum)]
        lane: LaneArgument,
        #[command(flatten)]
        reason: ReasonArguments,
    },
    /// End the examination of the goods (red lane): what is owed comes next, or clearance
    FinishExamination,
    /// Release the goods before clearance, once the tax on the declared basis is settled
    Release {
        /// A waits for classification, B for the value, C for something else
        #[arg(long, value_name = "CODE")]
        release_reason: String,
    },
    /// Let the goods be taken to storage until a specialised inspection ends
    TakeToStorage {
        /// Where they are kept
        #[arg(long, value_name = "PLACE")]
        place: Option<String>,
    },
    /// Clear the goods after release or storage
    Clear {
        /// The permit, or the result of the inspection, that it rests on
        #[arg(long, value_name = "NUMBER")]
        permit: Option<String>,
    },
    /// Decide a referred declaration again, on the rules of today
    Decide,
    /// Refuse the declaration
    Refuse(ReasonArguments),
    /// Tell that the goods passed the supervision area (a gate's command)
    PassSupervision,
    /// End what was declared in advance and not registered in time (a command of time)
    Expire,
    /// Cancel unasked what the law says, once its term has passed (a command of time)
    CancelAutomatically {
        /// Which case of Circular 38/2015, art. 22
        #[arg(long, value_enum)]
        case: CaseArgument,
    },
}

#[derive(clap::Args)]
struct ReasonArguments {
    /// A code for the reason
    #[arg(long, value_name = "CODE")]
    reason: String,
    /// The reason in words, in Vietnamese
    #[arg(long, value_name = "TEXT")]
    words: String,
    /// The reason in English, where it is to be told in both languages
    #[arg(long, value_name = "TEXT")]
    words_en: Option<String>,
}

impl ReasonArguments {
    fn reason(&self) -> Reason {
        let en = self.words_en.as_ref().unwrap_or(&self.words);
        Reason { code: self.reason.clone(), message: Bilingual::new(en.as_str(), self.words.as_str()) }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LaneArgument {
    /// The documents are checked
    Yellow,
    /// The documents are checked, then the goods
    Red,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CaseArgument {
    /// No goods of an import have arrived
    GoodsNotArrived,
    /// Export goods did not enter the supervision area
    NotMoved,
    /// No documents came for an export in the yellow lane
    NoDossier,
    /// The goods of an export in the red lane were not presented
    NotPresented,
    /// A licence was missing at registration
    LicenceMissing,
}

impl From<CaseArgument> for AutomaticCase {
    fn from(case: CaseArgument) -> Self {
        match case {
            CaseArgument::GoodsNotArrived => Self::GoodsNotArrived,
            CaseArgument::NotMoved => Self::NotMoved,
            CaseArgument::NoDossier => Self::NoDossier,
            CaseArgument::NotPresented => Self::NotPresented,
            CaseArgument::LicenceMissing => Self::LicenceMissing,
        }
    }
}

impl What {
    fn instruction(&self) -> Instruction {
        match self {
            Self::AcceptDocuments => Instruction::AcceptDocuments,
            Self::InstructAmendment(reason) => Instruction::InstructAmendment { reason: reason.reason() },
            Self::Reroute { lane, reason } => {
                let lane = match lane {
                    LaneArgument::Yellow => Lane::Yellow,
                    LaneArgument::Red => Lane::Red,
                };
                Instruction::Reroute { lane, reason: reason.reason() }
            }
            Self::FinishExamination => Instruction::FinishExamination,
            Self::Release { release_reason } => Instruction::Release { reason_code: release_reason.clone() },
            Self::TakeToStorage { place } => Instruction::TakeToStorage { place: place.clone() },
            Self::Clear { permit } => Instruction::Clear { permit: permit.clone() },
            Self::Decide => Instruction::Decide,
            Self::Refuse(reason) => Instruction::Refuse { reason: reason.reason() },
            Self::PassSupervision => Instruction::PassSupervision,
            Self::Expire => Instruction::Expire,
            Self::CancelAutomatically { case } => Instruction::CancelAutomatically((*case).into()),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let commander = commander(arguments)?;
    let number: Option<DeclarationNumber> = arguments.name.parse().ok();
    if number.is_none() && arguments.declarant.is_none() {
        return Err(Failure::usage(format!(
            "`{}` is no declaration number, which has twelve digits and begins with 1 or 3; to name a reference, name its \
             declarant with --declarant",
            arguments.name
        )));
    }
    let moment = now_in_vietnam()?;
    let status = backends::runtime()?.block_on(async {
        let Some((declarant, declaration)) = named(arguments, number, &config).await? else {
            crate::print_error(&format!("no declaration {} is kept", arguments.name));
            return Ok(1);
        };
        let new_id = || format!("shell-{}-{}", std::process::id(), moment.strftime("%Y%m%dT%H%M%S%f"));
        let command = CustomsCommand {
            identifier: arguments.id.clone().unwrap_or_else(new_id),
            declarant,
            declaration,
            given_at: moment,
            commander,
            instruction: arguments.what.instruction(),
            remark: arguments.remark.clone(),
        };
        let document = message::write_command(&command);
        if let Err(findings) = message::read_command(&document) {
            let said: Vec<String> =
                findings.iter().map(|finding| format!("{}: {}", finding.path, finding.mend.en)).collect();
            return Err(Failure::usage(format!("the command cannot be given so:\n  {}", said.join("\n  "))));
        }
        let stream = backends::open_stream(&config).await?;
        backends::ensure_topics(&*stream, &config).await?;
        give(arguments, &command, document, stream, &config.topics()).await
    })?;
    Ok(ExitCode::from(status))
}

fn commander(arguments: &Arguments) -> Result<Commander, Failure> {
    let post = |identity: &Option<String>, option: &str| match (identity, &arguments.office) {
        (Some(identity), Some(office)) => Ok(Post { identity: identity.clone(), office: office.clone() }),
        (None, _) => Err(Failure::usage(format!("say who commands with {option} ID and --office CODE"))),
        (_, None) => Err(Failure::usage("say from which customs office with --office CODE")),
    };
    match &arguments.what {
        What::PassSupervision => post(&arguments.gate, "--gate").map(Commander::Gate),
        What::Expire | What::CancelAutomatically { .. } => Ok(Commander::Time),
        _ => post(&arguments.officer, "--officer").map(Commander::Officer),
    }
}

/// The declarant and the name of the declaration; `None` where the database is asked and knows none.
async fn named(
    arguments: &Arguments,
    number: Option<DeclarationNumber>,
    config: &Config,
) -> Result<Option<(String, NamedDeclaration)>, Failure> {
    let read_failed = |error| Failure::to("read what is kept", &error);
    match (number, &arguments.declarant) {
        (Some(number), Some(declarant)) => Ok(Some((declarant.clone(), NamedDeclaration::Number(number.to_string())))),
        (Some(number), None) => {
            let store = backends::open_kept_store(config).await?;
            let keys = store.keys_of_number(&number.stem(), None).await.map_err(read_failed)?;
            let mut declarants: Vec<String> = keys.into_iter().map(|key| key.declarant).collect();
            declarants.dedup();
            match declarants.as_slice() {
                [] => Ok(None),
                [declarant] => Ok(Some((declarant.clone(), NamedDeclaration::Number(number.to_string())))),
                _ => Err(Failure::usage(format!("{number} is known of several declarants: name one with --declarant"))),
            }
        }
        (None, Some(declarant)) => {
            let reference = arguments.name.clone();
            if let Some(version) = arguments.version {
                return Ok(Some((declarant.clone(), NamedDeclaration::Reference { reference, version })));
            }
            let store = backends::open_kept_store(config).await?;
            let versions = store.versions_of(declarant, &reference).await.map_err(read_failed)?;
            let last = versions.last().map(|row| row.key().version);
            Ok(last.map(|version| (declarant.clone(), NamedDeclaration::Reference { reference, version })))
        }
        (None, None) => Ok(None),
    }
}

async fn give(
    arguments: &Arguments,
    command: &CustomsCommand,
    document: Vec<u8>,
    stream: Arc<dyn Stream>,
    topics: &Topics,
) -> Result<u8, Failure> {
    // Listening begins before commanding, so that no answer is missed.
    let correspondence = awaiting::listen(stream, topics, &[Role::Answers, Role::Unreadable]).await?;
    let mut exchange = correspondence.exchange();
    let message = outgoing(command, document, topics);
    exchange.publish(vec![message]).await.map_err(|error| Failure::to("give the command", &error))?;
    let deadline = Instant::now() + Duration::from_secs(arguments.wait);
    while let Some(heard) = awaiting::next(&mut exchange, deadline).await? {
        if heard.role == Role::Unreadable {
            print(&awaiting::unreadable(&heard.message));
            return Ok(2);
        }
        let Ok(answer) = message::read_answer(heard.message.payload.as_deref().unwrap_or_default()) else { continue };
        let repeated = heard.message.is_repeated();
        match arguments.format {
            Format::Table => print(&page::of(&answer, repeated, arguments.lang.into())),
            Format::Json => print_json(&page::json(&answer, repeated))?,
        }
        return Ok(u8::from(answer.refusal.is_some()));
    }
    Err(Failure::failed(format!(
        "no answer came within {} seconds\n  the command {} is given; is `thongquan serve` running on the same \
         configuration? `thongquan doctor` looks",
        arguments.wait, command.identifier
    )))
}

fn outgoing(command: &CustomsCommand, document: Vec<u8>, topics: &Topics) -> Outgoing {
    let moment = command.given_at;
    Outgoing {
        topic: topics.commands.clone(),
        key: command.declarant.clone().into_bytes(),
        headers: Envelope::new(Role::Commands, "", "thongquan command", moment).headers(),
        payload: document,
        // Giving a command twice is two messages, of which the second gets the first one's answer again.
        event_id: format!("command-{}-{}-{moment}", command.identifier, std::process::id()),
        timestamp_ms: None,
    }
}
