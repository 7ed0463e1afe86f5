//! What would be decided on one file, as a broker reads it: a short table for each goods item, and below all of them the
//! laws and rules, numbered.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clearance::calculation::{CalculatedItem, Calculation, Figure};
use clearance::valuation::{PartKind, ValuePart};
use rulebook::{CodeList, RulesInForce};
use rust_decimal::{Decimal, RoundingStrategy};
use vocabulary::duty::number;
use vocabulary::{
    AssessedItem, Balance, Citation, Decision, Declaration, DutyLine, DutyTotal, GoodsItem, Language, Outcome, PerUnit,
    Preference, Rate,
};

use crate::output::inline;
use crate::render::{self, BOLD, DIM, day, duty_name, lane_name, lane_style, outcome_style, pick};
use crate::text::{self, GLUE, Side};

/// Wider tables tear a name and its amount apart.
const TABLE_COLUMNS_MAX: usize = 100;
/// Room for an amount of twelve digits in groups, with its sign.
const AMOUNT_COLUMNS: usize = 16;
/// Room for the number of a law.
const LAW_COLUMNS: usize = 5;

/// One file and what came of it.
pub(super) struct Shown<'a> {
    pub(super) file: &'a str,
    pub(super) decision: &'a Decision,
    pub(super) declaration: Option<&'a Declaration>,
    pub(super) calculation: Option<&'a Calculation>,
    pub(super) rules: RulesInForce<'a>,
    pub(super) language: Language,
    pub(super) columns: usize,
}

impl Shown<'_> {
    pub(super) fn page(&self) -> String {
        let mut page = Page { shown: self, text: String::new(), laws: Vec::new(), rounded: false };
        page.head();
        // What keeps a declaration from being registered comes before figures that may change.
        let accepted = self.decision.outcome == Outcome::Accepted;
        if !accepted {
            page.gaps();
            page.findings();
        }
        page.worth();
        page.items();
        page.totals();
        page.lane();
        page.claims();
        page.preferences();
        if accepted {
            page.findings();
        }
        page.laws();
        page.text
    }

    fn say(&self, en: &'static str, vi: &'static str) -> &'static str {
        pick(self.language, en, vi)
    }
}

/// A page in the making.
struct Page<'a> {
    shown: &'a Shown<'a>,
    text: String,
    /// The laws and rules that figures rest on, in the order of their numbers.
    laws: Vec<Citation>,
    /// Whether an amount was shown without its fraction of a dong.
    rounded: bool,
}

impl Page<'_> {
    fn say(&self, en: &'static str, vi: &'static str) -> &'static str {
        self.shown.say(en, vi)
    }

    fn paragraph(&mut self, head: &str, indent: usize, words: &str) {
        text::paragraph(&mut self.text, self.shown.columns, head, indent, words);
    }

    fn heading(&mut self, words: &str) {
        self.text.push('\n');
        self.paragraph("", 0, &format!("{BOLD}{words}{BOLD:#}"));
    }

    /// The number under which a law and a rule stand below.
    fn cite(&mut self, citation: &Citation) -> String {
        let known = self.laws.iter().position(|known| known == citation);
        let at = known.unwrap_or_else(|| {
            self.laws.push(citation.clone());
            self.laws.len() - 1
        });
        format!("[{}]", at + 1)
    }

    /// An amount in whole dong.
    fn dong(&mut self, amount: Decimal) -> String {
        let whole = amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        self.rounded |= whole != amount;
        number(whole, self.shown.language)
    }

    fn number(&self, amount: Decimal) -> String {
        number(amount, self.shown.language)
    }

    /// An amount of a currency.
    fn money(&self, amount: Decimal, currency: Option<&str>) -> String {
        format!("{}{GLUE}{}", self.number(amount), currency.unwrap_or("?"))
    }

    fn head(&mut self) {
        let Shown { file, decision, language, .. } = *self.shown;
        let style = outcome_style(decision.outcome);
        let word = decision.outcome.word();
        let prospect = decision.outcome.prospect();
        let (word, prospect) = (word.in_language(language), prospect.in_language(language));
        self.paragraph("", 2, &format!("{BOLD}{file}{BOLD:#}: {style}{word}{style:#} — {prospect}"));
        let mut facts = Vec::new();
        if let Some(reference) = &decision.reference {
            facts.push(format!("{} {reference}", self.say("reference", "số tham chiếu")));
        }
        if let Some(kind) = &decision.kind {
            let name = self.shown.rules.code(CodeList::DeclarationKinds, kind);
            let name = name.map(|name| pick_owned(language, name.name_en(), name.name_vi()));
            let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
            facts.push(format!("{}{GLUE}{kind}{name}", self.say("kind", "loại hình")));
        }
        let on = day(decision.registered_on, language);
        facts.push(format!("{} {on}", self.say("rules in force on", "quy tắc có hiệu lực ngày")));
        if let Some(number) = decision.number {
            facts.push(format!("{} {number}", self.say("number", "số tờ khai")));
        }
        self.paragraph("  ", 2, &facts.join(", "));
    }

    /// What the invoice says, and what its currency is worth.
    fn worth(&mut self) {
        let (Some(declaration), Some(calculation)) = (self.shown.declaration, self.shown.calculation) else { return };
        let mut said = Vec::new();
        if let Some(amount) = declaration.invoice_amount {
            let terms = declaration.terms_of_delivery.as_deref().map(|terms| format!(" {terms}")).unwrap_or_default();
            let amount = self.money(amount, declaration.invoice_currency.as_deref());
            said.push(format!("{} {amount}{terms}", self.say("invoice", "hóa đơn")));
        }
        for (label, amount, currency) in [
            (self.say("freight", "cước phí"), declaration.freight_amount, &declaration.freight_currency),
            (self.say("insurance", "bảo hiểm"), declaration.insurance_amount, &declaration.insurance_currency),
            (
                self.say("total value", "tổng trị giá"),
                declaration.total_value_amount,
                &declaration.total_value_currency,
            ),
        ] {
            if let Some(amount) = amount {
                said.push(format!("{label} {}", self.money(amount, currency.as_deref())));
            }
        }
        for (at, adjustment) in (1..).zip(&declaration.adjustments) {
            if let Some(amount) = adjustment.amount {
                let amount = self.money(amount, adjustment.currency.as_deref());
                said.push(format!("{} {amount}", self.part_name(PartKind::Adjustment(at))));
            }
        }
        if !said.is_empty() {
            self.text.push('\n');
            self.paragraph("  ", 2, &said.join("; "));
        }
        let week = self.shown.rules.valuation().exchange_rate_week();
        for rate in calculation.exchange_rates.iter().filter(|rate| rate.currency != "VND") {
            let law = self.cite(&rate.citation);
            let value = self.money(rate.rate, Some("VND"));
            let week = week.map_or_else(String::new, |(from, to)| {
                let (from, to) = (day(from, self.shown.language), day(to, self.shown.language));
                format!(", {} {from} {} {to}", self.say("week of", "tuần từ"), self.say("to", "đến"))
            });
            self.paragraph("  ", 2, &format!("1{GLUE}{} = {value}{week} {law}", rate.currency));
        }
    }

    /// The widths of a table's columns: name, calculation, amount, law.
    fn table(&self) -> [usize; 4] {
        let columns = self.shown.columns.min(TABLE_COLUMNS_MAX);
        let name = if columns >= TABLE_COLUMNS_MAX { 36 } else { 30 };
        [name, columns - 2 - name - AMOUNT_COLUMNS - LAW_COLUMNS - 3, AMOUNT_COLUMNS, LAW_COLUMNS]
    }

    fn row(&mut self, name: &str, calculation: &str, amount: &str, law: &str) {
        let [names, calculations, amounts, laws] = self.table();
        let cells = [
            (names, Side::Left, name),
            (calculations, Side::Right, calculation),
            (amounts, Side::Right, amount),
            (laws, Side::Right, law),
        ];
        text::row(&mut self.text, 2, &cells);
    }

    fn rule(&mut self) {
        let columns: usize = self.table().iter().sum::<usize>() + 3;
        let _ = writeln!(self.text, "  {}", "─".repeat(columns));
    }

    fn items(&mut self) {
        let Some(calculation) = self.shown.calculation else { return };
        if calculation.provisional && !calculation.items.is_empty() {
            let yellow = AnsiColor::Yellow.on_default().bold();
            let word = self.say("Provisional:", "Tạm tính:");
            let said = self.say(
                "the figures are those of the declaration as it stands, as far as they can be calculated.",
                "số liệu tính theo tờ khai hiện có, trong phạm vi tính được.",
            );
            self.text.push('\n');
            self.paragraph("", 0, &format!("{yellow}{word}{yellow:#} {said}"));
        }
        for (position, item) in calculation.items.iter().enumerate() {
            let lodged = self.shown.declaration.and_then(|declaration| declaration.goods_items.get(position));
            self.item(item, lodged);
        }
    }

    fn item(&mut self, item: &CalculatedItem, lodged: Option<&GoodsItem>) {
        let mut facts = Vec::new();
        let mut description = None;
        if let Some(lodged) = lodged {
            facts.extend(lodged.commodity_code.as_deref().map(pointed));
            facts.extend(
                lodged.origin.as_deref().map(|origin| format!("{}{GLUE}{origin}", self.say("origin", "xuất xứ"))),
            );
            let quantities =
                [(lodged.quantity, &lodged.quantity_unit), (lodged.second_quantity, &lodged.second_quantity_unit)];
            for (quantity, unit) in quantities {
                if let Some(quantity) = quantity {
                    let unit = unit.as_deref().unwrap_or("?");
                    facts.push(format!("{}{GLUE}{unit}", self.number(quantity)));
                }
            }
            description = lodged.goods_description.as_deref();
        }
        let line = self.say("Line", "Dòng hàng");
        self.text.push('\n');
        let facts = facts.join(", ");
        self.paragraph("", 2, &format!("{BOLD}{line}{GLUE}{}{BOLD:#}: {facts}", item.sequence));
        if let Some(description) = description {
            let columns = self.table().iter().sum::<usize>() + 3;
            let short =
                text::shortened(&inline(&description.split_whitespace().collect::<Vec<_>>().join(" ")), columns);
            let _ = writeln!(self.text, "  {DIM}{}{DIM:#}", short.replace(GLUE, " "));
        }
        self.rule();
        self.row("", "", "VND", self.say("law", "luật"));
        for part in &item.value_parts {
            let working = self.part_working(part, lodged);
            let amount = self.dong(part.dong);
            let name = self.part_name(part.kind);
            self.row(&name, &working, &amount, "");
        }
        if let Some(value) = item.customs_value {
            let amount = self.dong(value);
            let name = self.say("customs value", "trị giá hải quan");
            self.row(name, "", &amount, "");
        }
        let mut payable = Decimal::ZERO;
        for duty in &item.taxes {
            self.duty(duty);
            payable += duty.payable;
        }
        for left_out in &item.left_out {
            let name = match left_out.figure {
                Figure::CustomsValue => self.say("customs value", "trị giá hải quan"),
                Figure::Taxes => self.say("taxes", "các loại thuế"),
                Figure::Tax(duty_type) => duty_name(duty_type, self.shown.language),
            };
            let because = left_out.because.in_language(self.shown.language);
            let said = format!("{name}: {} – {because}", self.say("not calculated", "chưa tính được"));
            self.paragraph("  ", 4, &said);
        }
        if !item.taxes.is_empty() {
            let amount = self.dong(payable);
            let name = match item.left_out.is_empty() {
                true => self.say("to be paid on the line", "phải nộp của dòng hàng"),
                false => self.say("calculated so far", "đã tính được"),
            };
            self.row(name, "", &amount, "");
        }
        self.rule();
        for note in &item.notes {
            self.paragraph("  ", 4, note.in_language(self.shown.language));
        }
        let doubts = self.doubts(item.sequence);
        if !doubts.is_empty() {
            let said = self.say("see finding", "xem lỗi số");
            self.paragraph("  ", 4, &format!("{said} {doubts}"));
        }
    }

    /// The numbers of the errors on a goods item.
    fn doubts(&self, sequence: u32) -> String {
        let findings = (1..).zip(&self.shown.decision.findings);
        let numbers: Vec<String> = findings
            .filter(|(_, finding)| finding.is_error() && finding.item == Some(sequence))
            .map(|(number, _): (usize, _)| number.to_string())
            .collect();
        numbers.join(", ")
    }

    fn part_name(&self, kind: PartKind) -> String {
        match kind {
            PartKind::ByHand => self.say("customs value by hand", "trị giá nhập thủ công").to_owned(),
            PartKind::ShareOfTotal => self.say("share of the total value", "phân bổ tổng trị giá").to_owned(),
            PartKind::Invoice => self.say("invoice value", "trị giá hóa đơn").to_owned(),
            PartKind::Freight => self.say("share of freight", "phân bổ cước phí").to_owned(),
            PartKind::Insurance => self.say("share of insurance", "phân bổ bảo hiểm").to_owned(),
            PartKind::Adjustment(number) => {
                let at = usize::try_from(number).unwrap_or(0).saturating_sub(1);
                let adjustment = self.shown.declaration.and_then(|declaration| declaration.adjustments.get(at));
                let title = adjustment.and_then(|adjustment| adjustment.title.as_deref());
                let entry = title.and_then(|title| self.shown.rules.code(CodeList::AdjustmentNames, title));
                let name = entry.map(|entry| pick_owned(self.shown.language, entry.name_en(), entry.name_vi()));
                let name = name.map(|name| format!(": {name}")).unwrap_or_default();
                format!("{}{GLUE}{number}{name}", self.say("adjustment", "khoản điều chỉnh"))
            }
        }
    }

    /// The amount in its own currency, and what a unit of it is worth.
    fn part_working(&self, part: &ValuePart, lodged: Option<&GoodsItem>) -> String {
        let declaration = self.shown.declaration;
        let (amount, currency) = match (part.kind, lodged) {
            (PartKind::Invoice, Some(lodged)) => {
                (lodged.invoice_value, declaration.and_then(|declaration| declaration.invoice_currency.as_deref()))
            }
            (PartKind::ByHand, Some(lodged)) => (lodged.customs_value, lodged.customs_value_currency.as_deref()),
            _ => return String::new(),
        };
        let (Some(amount), Some(currency)) = (amount, currency) else { return String::new() };
        let rates = self.shown.calculation.map(|calculation| &*calculation.exchange_rates).unwrap_or_default();
        match rates.iter().find(|rate| rate.currency == currency && currency != "VND") {
            Some(rate) => format!("{} × {}", self.money(amount, Some(currency)), self.number(rate.rate)),
            None => self.money(amount, Some(currency)),
        }
    }

    fn duty(&mut self, duty: &DutyLine) {
        let working = match &duty.rate {
            Rate::AdValorem(percent) => format!("{} × {}{GLUE}%", self.dong(duty.base), self.number(*percent)),
            Rate::Specific(PerUnit { amount, currency, unit }) => {
                let rate = self.money(*amount, Some(currency));
                format!("{}{GLUE}{unit} × {rate}/{unit}", self.number(duty.base))
            }
            Rate::Mixed(percent, PerUnit { amount, currency, unit }) => {
                let rate = self.money(*amount, Some(currency));
                let quantity = self.number(duty.quantity.unwrap_or_default());
                let percent = self.number(*percent);
                format!("{} × {percent}{GLUE}% + {quantity}{GLUE}{unit} × {rate}/{unit}", self.dong(duty.base))
            }
            Rate::NotSubject => self.say("not subject", "không chịu thuế").to_owned(),
        };
        let law = self.cite(&duty.citation);
        let amount = self.dong(duty.amount);
        self.row(duty_name(duty.duty_type, self.shown.language), &working, &amount, &law);
        if let Some(citation) = &duty.relief_citation {
            let law = self.cite(citation);
            let amount = self.dong(-duty.relief);
            let name = self.say("relief", "miễn, giảm");
            self.row(&format!("{GLUE}{GLUE}{name}"), "", &amount, &law);
        }
    }

    fn totals(&mut self) {
        let Some(calculation) = self.shown.calculation else { return };
        if calculation.items.iter().all(|item| item.customs_value.is_none()) {
            return;
        }
        let heading = match calculation.provisional {
            true => self.say("Totals, provisional (VND)", "Tổng cộng, tạm tính (VND)"),
            false => self.say("Totals (VND)", "Tổng cộng (VND)"),
        };
        self.heading(heading);
        let [of_value, of_totals] = calculation.roundings.each_ref().map(|rounding| self.cite(rounding));
        let value = self.dong(calculation.customs_value);
        let name = self.say("customs value", "trị giá hải quan");
        self.row(name, "", &value, &of_value);
        for DutyTotal { duty_type, payable } in &calculation.totals {
            let amount = self.dong(*payable);
            self.row(duty_name(*duty_type, self.shown.language), "", &amount, &of_totals);
        }
        self.rule();
        if !calculation.totals.is_empty() {
            let amount = self.dong(calculation.total_payable);
            let name = match calculation.is_complete() {
                true => self.say("to be paid altogether", "tổng số phải nộp"),
                false => self.say("calculated so far", "đã tính được"),
            };
            self.row(name, "", &amount, "");
        }
        if !calculation.is_complete() {
            let left = calculation.items.iter().filter(|item| !item.left_out.is_empty());
            let left: Vec<String> = left.map(|item| item.sequence.to_string()).collect();
            let said =
                self.say("without what could not be calculated on line", "chưa gồm phần chưa tính được của dòng hàng");
            self.paragraph("  ", 2, &format!("{said} {}", left.join(", ")));
        }
        for note in &calculation.notes {
            self.paragraph("  ", 2, note.in_language(self.shown.language));
        }
        if self.rounded {
            let said = self.say(
                "Fractions of a dong are rounded on this page; --format json has them.",
                "Số lẻ của đồng được làm tròn trên trang này; --format json có số chính xác.",
            );
            self.paragraph("  ", 2, &format!("{DIM}{said}{DIM:#}"));
        }
    }

    fn lane(&mut self) {
        let (decision, language) = (self.shown.decision, self.shown.language);
        let Some(lane) = decision.lane else { return };
        let style = lane_style(lane);
        let name = lane_name(lane, language);
        self.text.push('\n');
        let word = self.say("Lane:", "Luồng:");
        self.paragraph("", 2, &format!("{BOLD}{word}{BOLD:#} {style}{name}{style:#}"));
        for hit in &decision.routing {
            let because = hit.because.in_language(language);
            let name = lane_name(hit.lane, language);
            self.paragraph("  ", 4, &format!("{name}: {because} {DIM}({}){DIM:#}", hit.criterion));
        }
    }

    /// What lowers a tax on the declarant's word alone.
    fn claims(&mut self) {
        let claims = match self.shown.calculation {
            Some(calculation) => &calculation.claims,
            None => &self.shown.decision.claims,
        };
        if claims.is_empty() {
            return;
        }
        let language = self.shown.language;
        let heading = self.say("Claims, which an officer sees", "Nội dung tự khai để giảm thuế, công chức sẽ xem xét");
        self.heading(heading);
        for (number, claim) in (1..).zip(claims) {
            let mut place = Vec::new();
            if let Some(item) = claim.item {
                place.push(format!("{}{GLUE}{item}", self.say("line", "dòng")));
            }
            place.extend(claim.tax.map(|tax| duty_name(tax, language).to_owned()));
            place.extend(claim.code.clone());
            let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
            let law = self.cite(&claim.citation);
            let said = format!("{place}{} {law}", claim.message.in_language(language));
            self.paragraph(&format!("{number:>3}. "), 5, &said);
            let label = self.say("rests on:", "căn cứ chứng minh:");
            self.paragraph("     ", 5, &format!("{label} {}", claim.rests_on.in_language(language)));
        }
    }

    /// What became of the lines' claims to agreements' rates, with what only officers are told.
    fn preferences(&mut self) {
        let decision = self.shown.decision;
        let claimed: Vec<(u32, &Preference)> = match self.shown.calculation {
            Some(calculation) => {
                let items = calculation.items.iter();
                items.filter_map(|item| Some((item.sequence, item.preference.as_ref()?))).collect()
            }
            None => {
                let items = decision.items.iter();
                items
                    .filter_map(|AssessedItem { sequence, preference, .. }| Some((*sequence, preference.as_ref()?)))
                    .collect()
            }
        };
        if claimed.is_empty() && decision.write_offs.is_empty() {
            return;
        }
        let language = self.shown.language;
        if !claimed.is_empty() {
            let heading = self.say("Rates of agreements", "Thuế suất theo hiệp định");
            self.heading(heading);
        }
        for (sequence, preference) in claimed {
            let name = self.shown.rules.agreement(&preference.agreement);
            let name = name.map_or_else(
                || preference.agreement.clone(),
                |name| pick_owned(language, name.name_en(), name.name_vi()).to_owned(),
            );
            let proof = preference.proof.as_ref().map(|proof| format!(" ({} {})", proof.form, proof.number));
            let standing = preference.standing.meaning();
            let law = self.cite(&preference.citation);
            let said = format!(
                "{}{GLUE}{sequence}, {name}{}: {} {law}",
                self.say("line", "dòng"),
                proof.unwrap_or_default(),
                standing.in_language(language)
            );
            self.paragraph("  ", 4, &said);
            for note in &preference.notes {
                let law = self.cite(&note.citation);
                self.paragraph("    ", 4, &format!("{} {law}", note.message.in_language(language)));
            }
        }
        for taken in &decision.write_offs {
            let Balance::Certificate { number: certificate, line, .. } = &taken.balance else { continue };
            let (amount, unit) = (self.number(taken.amount), &taken.unit);
            let said = match language {
                Language::English => format!("written off: {amount}{GLUE}{unit} of item {line} of {certificate}"),
                Language::Vietnamese => format!("trừ lùi: {amount}{GLUE}{unit} của dòng {line} trên {certificate}"),
            };
            self.paragraph("  ", 4, &said);
        }
    }

    fn gaps(&mut self) {
        let (decision, language) = (self.shown.decision, self.shown.language);
        if decision.gaps.is_empty() {
            return;
        }
        let heading = self.say("What the rulebook does not answer", "Nội dung bộ quy tắc chưa có câu trả lời");
        self.heading(heading);
        for (number, gap) in (1..).zip(&decision.gaps) {
            let item = gap.item.map(|item| format!("{}{GLUE}{item}: ", self.say("line", "dòng"))).unwrap_or_default();
            let message = gap.message.in_language(language);
            self.paragraph(&format!("{number:>3}. "), 5, &format!("{item}{message}"));
            self.paragraph("     ", 5, &format!("{DIM}{}; {}{DIM:#}", gap.code, gap.rule));
        }
    }

    fn findings(&mut self) {
        let decision = self.shown.decision;
        if decision.findings.is_empty() {
            return;
        }
        let heading = self.say("Findings", "Lỗi và cảnh báo");
        self.heading(heading);
        let law = |law: &str| in_words(law, &self.shown.rules, self.shown.language);
        let said = render::findings_in(&decision.findings, self.shown.language, self.shown.columns, &law);
        self.text.push_str(&said);
    }

    fn laws(&mut self) {
        if self.laws.is_empty() {
            return;
        }
        let heading = self.say("Law and rule", "Văn bản và quy tắc");
        self.heading(heading);
        for (number, citation) in (1..).zip(std::mem::take(&mut self.laws)) {
            let law = in_words(&citation.law, &self.shown.rules, self.shown.language);
            let head = format!("{:>5} ", format!("[{number}]"));
            let rule = format!("{DIM}{}{DIM:#}", citation.rule);
            if self.shown.columns >= TABLE_COLUMNS_MAX {
                self.paragraph(&head, 6, &format!("{law}; {rule}"));
            } else {
                self.paragraph(&head, 6, &law);
                self.paragraph("      ", 6, &rule);
            }
        }
    }
}

/// A law as a reader of the language knows it.
fn in_words(law: &str, rules: &RulesInForce<'_>, language: Language) -> String {
    match language {
        Language::English => law.to_owned(),
        Language::Vietnamese => rules.rulebook().law_in_vietnamese(law),
    }
}

fn pick_owned<'t>(language: Language, en: &'t str, vi: &'t str) -> &'t str {
    match language {
        Language::English => en,
        Language::Vietnamese => vi,
    }
}

/// A commodity code as the gazette prints it.
fn pointed(code: &str) -> String {
    match (code.get(..4), code.get(4..6), code.get(6..8), code.get(8..)) {
        (Some(heading), Some(sub), Some(line), Some(rest)) => format!("{heading}.{sub}.{line}{rest}"),
        _ => code.to_owned(),
    }
}

/// How many files came to which outcome.
#[derive(Default)]
pub(super) struct Tally {
    outcomes: Vec<(Outcome, usize)>,
    unopened: usize,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match self.outcomes.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, count)) => *count += 1,
            None => self.outcomes.push((outcome, 1)),
        }
    }

    pub(super) fn count_unopened(&mut self) {
        self.unopened += 1;
    }

    /// One line for all files.
    pub(super) fn line(&self, language: Language) -> String {
        let files = self.unopened + self.outcomes.iter().map(|(_, count)| count).sum::<usize>();
        let mut outcomes = self.outcomes.clone();
        outcomes.sort();
        let mut parts: Vec<String> = outcomes
            .iter()
            .map(|(outcome, count)| {
                let style: Style = outcome_style(*outcome);
                format!("{count} {style}{}{style:#}", outcome.word().in_language(language))
            })
            .collect();
        if self.unopened > 0 {
            parts.push(format!("{} {}", self.unopened, pick(language, "not opened", "không mở được")));
        }
        format!("{BOLD}{files} {}{BOLD:#}: {}\n", pick(language, "files", "tệp"), parts.join(", "))
    }
}
