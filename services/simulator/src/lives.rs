//! Whole lives: declarants who declare in advance, amend and cancel, and the officers and gates who deal with them.
//!
//! ```text
//! workload ──► lives ──► documents ──► … ──► notices ──► lives ──► documents and commands ──► … ──► notices ──► …
//! ```

use std::collections::HashMap;

use jiff::ToSpan as _;
use rust_decimal::Decimal;
use vocabulary::{
    Bilingual, Commander, CustomsCommand, Declaration, Instruction, Lane, NamedDeclaration, Notice, NoticeKind, Post,
    Reason,
};

use crate::workload::{Intent, Lodged, Workload};

/// How many declarations are remembered, for what follows on them.
const REMEMBERED_MAX: usize = 50_000;

/// What somebody does upon a notice.
#[derive(Debug, Clone)]
pub enum Turn {
    /// A declarant lodges what follows on a declaration.
    Lodge(Lodged),
    /// An officer or a gate commands.
    Command(CustomsCommand),
}

/// The messages of a workload, some of which declare in advance, and what everybody does afterwards. What is done upon a
/// notice hangs on the seed, the declaration and the notice alone.
pub struct Lives {
    workload: Workload,
    seed: u64,
    remembered: HashMap<(String, String), Remembered>,
}

/// What a declarant has of a declaration.
struct Remembered {
    declaration: Declaration,
    /// The version of the last document under the reference.
    version: u64,
}

impl Lives {
    /// The lives of a workload.
    pub fn new(seed: u64, workload: Workload) -> Self {
        Self { workload, seed, remembered: HashMap::new() }
    }

    pub fn workload(&mut self) -> &mut Workload {
        &mut self.workload
    }

    /// What everybody does upon a notice.
    pub fn upon(&mut self, notice: &Notice) -> Vec<Turn> {
        let Some(number) = notice.number.clone() else { return Vec::new() };
        // The first eleven digits, which stay through amendments.
        let habit = habit(self.seed, number.get(..11).unwrap_or(&number));
        let name = (notice.declarant.clone(), notice.reference.clone());
        let Some(remembered) = self.remembered.get_mut(&name) else { return Vec::new() };
        let turn = match (notice.kind, notice.lane) {
            // One in twelve forgets to register.
            (NoticeKind::PreRegistered, _) if habit != 0 => {
                Some(remembered.follow(&number, "9", None, |next| next.stage = Some("registration".into())))
            }
            (NoticeKind::Registered, Some(lane @ (Lane::Yellow | Lane::Red))) => match habit {
                1 => Some(remembered.follow(&number, "1", Some("FRZ"), |_| {})),
                _ => checked(lane, habit).map(|instruction| remembered.command(notice, &number, instruction)),
            },
            (NoticeKind::AmendmentInstructed, _) => Some(remembered.follow(&number, "4", Some("INS"), |next| {
                next.stage = Some("both".into());
                next.gross_mass = next.gross_mass.map(|mass| mass + Decimal::ONE);
            })),
            // What was cleared before its certificate came rests on a certificate that is only named: it is checked.
            (NoticeKind::Amended, _) if remembered.filed_late() => {
                Some(remembered.command(notice, &number, Instruction::AcceptDocuments))
            }
            // A check goes on where an amendment left it; what awaits payment needs none.
            (NoticeKind::Amended, Some(Lane::Yellow)) => {
                Some(remembered.command(notice, &number, Instruction::AcceptDocuments))
            }
            (NoticeKind::Amended, Some(Lane::Red)) | (NoticeKind::Rerouted, _) => {
                Some(remembered.command(notice, &number, Instruction::FinishExamination))
            }
            (NoticeKind::TakenToStorage | NoticeKind::Released, _) => {
                let permit = Some(format!("PTPL {}", &number[1..]));
                Some(remembered.command(notice, &number, Instruction::Clear { permit }))
            }
            (NoticeKind::Cleared, _) if remembered.certificate_is_late() && habit < 6 => {
                Some(remembered.follow(&number, "4", Some("COO"), |next| {
                    next.stage = Some("both".into());
                    file_certificates(next, &number);
                }))
            }
            (NoticeKind::Cleared, _) if habit != 2 => {
                Some(remembered.command(notice, &number, Instruction::PassSupervision))
            }
            _ => None,
        };
        turn.into_iter().collect()
    }

    fn remember(&mut self, declaration: &Declaration) {
        let (Some(declarant), Some(reference)) = (declaration.declarant(), declaration.reference.as_deref()) else {
            return;
        };
        if self.remembered.len() >= REMEMBERED_MAX {
            self.remembered.clear();
        }
        let version = declaration.version.unwrap_or(1);
        let name = (declarant.to_owned(), reference.to_owned());
        self.remembered.insert(name, Remembered { declaration: declaration.clone(), version });
    }
}

/// What an officer does with a declaration that is checked.
fn checked(lane: Lane, habit: u64) -> Option<Instruction> {
    let reason = |code: &str, en: &str, vi: &str| Reason { code: code.to_owned(), message: Bilingual::new(en, vi) };
    Some(match (lane, habit) {
        // One in twelve waits for its documents until its time is over.
        (_, 0) => return None,
        (_, 3) => Instruction::Refuse {
            reason: reason("prohibited", "the goods may not pass", "hàng không được phép"),
        },
        (_, 4 | 5) => Instruction::InstructAmendment {
            reason: reason("gross_mass", "the gross mass is another", "trọng lượng không đúng"),
        },
        (_, 6) => Instruction::TakeToStorage { place: Some("Kho của doanh nghiệp".to_owned()) },
        (Lane::Yellow, 7) => Instruction::Reroute {
            lane: Lane::Red,
            reason: reason("information", "word from elsewhere", "thông tin từ nơi khác"),
        },
        (Lane::Red, _) => Instruction::FinishExamination,
        _ => Instruction::AcceptDocuments,
    })
}

fn file_certificates(declaration: &mut Declaration, number: &str) {
    let registered = declaration.invoice_date;
    for (at, item) in declaration.goods_items.iter_mut().enumerate() {
        if item.certificate_late.take().is_some() {
            item.certificate_form = Some("D".into());
            item.certificate_number = Some(format!("LATE{number}{at}").into());
            item.certificate_date = registered.and_then(|day| day.checked_add(1.day()).ok());
        }
    }
}

impl Remembered {
    fn certificate_is_late(&self) -> bool {
        self.declaration.goods_items.iter().any(|item| item.certificate_late.is_some())
    }

    fn filed_late(&self) -> bool {
        let late = |number: &vocabulary::Text| number.starts_with("LATE");
        self.declaration.goods_items.iter().any(|item| item.certificate_number.as_ref().is_some_and(late))
    }

    /// The next document under the reference.
    fn follow(
        &mut self,
        number: &str,
        function: &str,
        reason: Option<&str>,
        change: impl FnOnce(&mut Declaration),
    ) -> Turn {
        self.version += 1;
        let mut next = Declaration {
            function: Some(function.into()),
            version: Some(self.version),
            number: Some(number.into()),
            change_reason_code: reason.map(Into::into),
            ..self.declaration.clone()
        };
        change(&mut next);
        if function == "4" {
            self.declaration =
                Declaration { function: Some("9".into()), number: None, change_reason_code: None, ..next.clone() };
        }
        let tax_code = next.declarant().unwrap_or_default().to_owned();
        let reference = next.reference.as_deref().unwrap_or_default();
        Turn::Lodge(Lodged {
            event_id: format!("follows-{tax_code}-{reference}-{}", self.version),
            document: message::write_declaration(&next).into_bytes(),
            intent: Intent::Sound,
            tax_code,
        })
    }

    /// A command of the declaration's own office, or of a gate, a quarter of an hour after the notice.
    fn command(&self, notice: &Notice, number: &str, instruction: Instruction) -> Turn {
        let office = self.declaration.customs_office.as_deref().unwrap_or_default().to_owned();
        let commander = match instruction {
            Instruction::PassSupervision => Commander::Gate(Post { identity: "GATE-1".to_owned(), office }),
            _ => Commander::Officer(Post { identity: "HQ-0417".to_owned(), office }),
        };
        Turn::Command(CustomsCommand {
            identifier: format!("{}-{number}", notice.kind.as_str()),
            declarant: notice.declarant.clone(),
            declaration: NamedDeclaration::Number(number.to_owned()),
            given_at: notice.issued_at.saturating_add(15.minutes()),
            commander,
            instruction,
            remark: None,
        })
    }
}

impl Iterator for Lives {
    type Item = Lodged;

    fn next(&mut self) -> Option<Lodged> {
        let mut lodged = self.workload.next()?;
        let message::Reading::Read { mut declaration, .. } = message::read_declaration(&lodged.document) else {
            return Some(lodged);
        };
        // One in six references is declared in advance, whatever is lodged under it.
        let reference = declaration.reference.as_deref().unwrap_or_default().to_owned();
        if habit(self.seed, &reference) < 2 {
            declaration.stage = Some("pre-registration".into());
            lodged.document = message::write_declaration(&declaration).into_bytes();
        }
        if matches!(lodged.intent, Intent::Sound | Intent::Mended) {
            self.remember(&declaration);
        }
        Some(lodged)
    }
}

/// A number from 0 to 11 that hangs on the seed and a name: FNV-1a, whose bits are then mixed, since the names differ in
/// their last characters alone.
fn habit(seed: u64, name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ (hash >> 33)) % 12
}
