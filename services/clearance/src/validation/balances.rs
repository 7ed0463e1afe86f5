//! What a line uses up: of a list of exempt goods (VNACCS TXN, TXR) and of a temporary movement (TDN, TDL).
//!
//! The numbers E8200 to E8249 and E8300 to E8349 are known as families: within them ours follow the order in which the
//! checks are made.

use rulebook::{Provision, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::{declaration as field, goods_item};
use vocabulary::duty::plain;
use vocabulary::{
    Balance, BalanceLine, Bilingual, CaseFacts, Declaration, ExemptionList, FieldId, GoodsItem, Place,
    TemporaryDeclaration, WriteOff, item_number,
};

use super::{Report, quantities};
use crate::problem::problem;

/// Checks the balances that a declaration draws on, and says what it takes from them.
pub(crate) fn write_offs(
    lodged: &Declaration,
    facts: &CaseFacts<'_>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<WriteOff> {
    let mut taken: Vec<WriteOff> = Vec::new();
    let temporary = temporary_declaration(lodged, facts, rules, report);
    for (position, item) in lodged.goods_items.iter().enumerate() {
        let mut ledger = Ledger { position, item, rules, taken: &mut taken, report };
        if let Some(number) = item.exemption_list.as_deref()
            && let Some(list) = exemption_list(position, number, lodged, facts, rules, ledger.report)
        {
            ledger.draw_on_list(list);
        }
        if let Some(temporary) = temporary {
            ledger.draw_on_temporary(temporary);
        }
    }
    taken
}

/// The list of a number, where the declarant may use it on the day.
fn exemption_list<'f>(
    position: usize,
    number: &str,
    lodged: &Declaration,
    facts: &CaseFacts<'f>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<&'f ExemptionList> {
    let mut find = |code: &str, message: Bilingual, mend: Bilingual| {
        let place = Place::item(goods_item::exemption_list, position);
        report.find(problem(
            code,
            place,
            Some(number.to_owned()),
            message,
            mend,
            "assessment/exemption-lists",
            Provision::ExemptionLists,
        ));
        None
    };
    let Some(list) = facts.exemption_lists.iter().find(|list| list.number == number) else {
        return find(
            "E8200",
            Bilingual::new(
                format!("customs knows no list of exempt goods {number}"),
                format!("không có danh mục hàng hóa miễn thuế {number}"),
            ),
            Bilingual::new("enter the number under which the list was registered", "nhập đúng số danh mục đã đăng ký"),
        );
    };
    if lodged.declarant() != Some(list.holder.as_str()) {
        return find(
            "E8201",
            Bilingual::new(
                format!("the list {number} was registered for another enterprise"),
                format!("danh mục miễn thuế {number} được đăng ký cho doanh nghiệp khác"),
            ),
            Bilingual::new("enter a list of the enterprise that declares", "nhập danh mục của chính doanh nghiệp khai"),
        );
    }
    if let Some(last_day) = list.expires_on.filter(|last_day| *last_day < rules.date()) {
        return find(
            "E8202",
            Bilingual::new(
                format!("the list {number} could be used until {last_day}"),
                format!("danh mục miễn thuế {number} chỉ có hiệu lực đến {last_day}"),
            ),
            Bilingual::new("register a new list, or pay the duty", "đăng ký danh mục mới hoặc nộp thuế"),
        );
    }
    Some(list)
}

/// The temporary movement that the declaration discharges, where the declarant may do so.
fn temporary_declaration<'f>(
    lodged: &Declaration,
    facts: &CaseFacts<'f>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<&'f TemporaryDeclaration> {
    // Goods that had been exported or imported for good come back without a balance: the number is that of the
    // declaration of then, which the dossier shows (Decree 08/2015/ND-CP, art. 47 and 48).
    let discharges = lodged.kind.as_deref().and_then(|kind| rules.declaration_kind(kind));
    if discharges.is_some_and(|kind| !kind.value.previous_declaration_required) {
        return None;
    }
    let number = format!("{:012}", lodged.temporary_declaration_number?);
    let find = |code: &str, message: Bilingual, mend: Bilingual, report: &mut Report<'_>| {
        let place = Place::header(field::temporary_declaration_number);
        let rule = "assessment/temporary-movements";
        report.find(problem(code, place, Some(number.clone()), message, mend, rule, Provision::TemporaryMovements));
        None
    };
    let Some(temporary) = facts.temporary_declarations.iter().find(|known| known.number == number) else {
        return find(
            "E8300",
            Bilingual::new(
                format!("customs knows no temporary import or export {number}"),
                format!("không có tờ khai tạm nhập, tạm xuất {number}"),
            ),
            Bilingual::new(
                "enter the number of the declaration that brought the goods in or out for a time",
                "nhập đúng số tờ khai tạm nhập hoặc tạm xuất",
            ),
            report,
        );
    };
    if lodged.declarant() != Some(temporary.holder.as_str()) {
        return find(
            "E8301",
            Bilingual::new(
                format!("the temporary movement {number} is of another enterprise"),
                format!("tờ khai tạm nhập, tạm xuất {number} thuộc doanh nghiệp khác"),
            ),
            Bilingual::new("enter a declaration of the enterprise itself", "nhập tờ khai của chính doanh nghiệp"),
            report,
        );
    }
    if let Some(last_day) = temporary.due_on.filter(|last_day| *last_day < rules.date()) {
        return find(
            "E8302",
            Bilingual::new(
                format!("the goods of {number} were due back by {last_day}"),
                format!("thời hạn tái xuất, tái nhập của tờ khai {number} là {last_day}, đã quá hạn"),
            ),
            Bilingual::new(
                "ask the customs office to prolong the term first",
                "đề nghị cơ quan hải quan gia hạn trước khi khai",
            ),
            report,
        );
    }
    Some(temporary)
}

/// One goods item and what was taken before it.
struct Ledger<'d, 'l> {
    position: usize,
    item: &'d GoodsItem,
    rules: &'d RulesInForce<'d>,
    taken: &'d mut Vec<WriteOff>,
    report: &'d mut Report<'l>,
}

/// What the findings of a family are called, and where they point.
struct Family {
    codes: [&'static str; 4],
    field: FieldId,
    rule: &'static str,
    law: Provision,
    en: &'static str,
    vi: &'static str,
}

const LIST: Family = Family {
    codes: ["E8203", "E8204", "E8205", "E8206"],
    field: goods_item::exemption_list_line,
    rule: "assessment/exemption-lists",
    law: Provision::ExemptionLists,
    en: "the list of exempt goods",
    vi: "danh mục miễn thuế",
};

const TEMPORARY: Family = Family {
    codes: ["E8303", "E8304", "E8305", "E8306"],
    field: goods_item::temporary_line,
    rule: "assessment/temporary-movements",
    law: Provision::TemporaryMovements,
    en: "the temporary movement",
    vi: "tờ khai tạm nhập, tạm xuất",
};

impl Ledger<'_, '_> {
    fn draw_on_list(&mut self, list: &ExemptionList) {
        // A list without its line is a finding of the rulebook's own rules.
        let Some(number) = self.item.exemption_list_line else { return };
        let balance = |line| Balance::ExemptionList { number: list.number.clone(), line };
        self.draw(&LIST, &list.lines, number, balance);
    }

    fn draw_on_temporary(&mut self, temporary: &TemporaryDeclaration) {
        let Some(number) = self.item.temporary_line else {
            let message = Bilingual::new(
                format!("the line does not say which line of {} it discharges", temporary.number),
                format!("chưa khai dòng hàng tương ứng trên tờ khai {}", temporary.number),
            );
            let mend = Bilingual::new("enter the number of that line", "nhập số thứ tự dòng hàng tương ứng");
            self.find(&TEMPORARY, 0, None, message, mend);
            return;
        };
        let balance = |line| Balance::TemporaryDeclaration { number: temporary.number.clone(), line };
        self.draw(&TEMPORARY, &temporary.lines, number, balance);
    }

    fn find(&mut self, family: &Family, which: usize, value: Option<String>, message: Bilingual, mend: Bilingual) {
        let place = Place::item(family.field, self.position);
        self.report.find(problem(family.codes[which], place, value, message, mend, family.rule, family.law));
    }

    /// Takes the goods of the item from a line, where the line is there, of the same goods, and has enough left.
    fn draw(&mut self, family: &Family, lines: &[BalanceLine], number: u64, balance: impl Fn(u32) -> Balance) {
        let (en, vi) = (family.en, family.vi);
        let Some(line) = lines.iter().find(|line| u64::from(line.line) == number) else {
            let message = Bilingual::new(format!("{en} has no line {number}"), format!("{vi} không có dòng {number}"));
            let mend = Bilingual::new("enter the number of a line that is there", "nhập đúng số dòng");
            self.find(family, 0, Some(number.to_string()), message, mend);
            return;
        };
        let declared = self.item.commodity_code.as_deref().unwrap_or_default();
        if let Some(code) = line.commodity_code.as_deref().filter(|code| !declared.starts_with(first_eight(code))) {
            let message = Bilingual::new(
                format!("line {number} of {en} is of {code}, not of {declared}"),
                format!("dòng {number} của {vi} có mã {code}, không phải {declared}"),
            );
            let mend = Bilingual::new(
                "enter the line of these goods, or check the tariff code",
                "nhập đúng dòng hàng hoặc kiểm tra lại mã HS",
            );
            self.find(family, 1, Some(number.to_string()), message, mend);
            return;
        }
        let Some(quantity) = quantities::counted_in(self.item, &line.unit, self.rules) else {
            let unit = &line.unit;
            let message = Bilingual::new(
                format!("line {number} of {en} is counted by {unit}, and no quantity of the line is in {unit}"),
                format!("dòng {number} của {vi} tính theo {unit}, nhưng dòng hàng không có số lượng theo {unit}"),
            );
            let mend = Bilingual::new(
                format!("enter the second quantity in {unit}"),
                format!("nhập số lượng (2) theo {unit}"),
            );
            self.find(family, 2, Some(number.to_string()), message, mend);
            return;
        };
        let balance = balance(line.line);
        let before: Decimal =
            self.taken.iter().filter(|taken| taken.balance == balance).map(|taken| taken.amount).sum();
        let left = line.remaining - before;
        if quantity > left {
            let (left, unit) = (plain(left), &line.unit);
            let message = Bilingual::new(
                format!("{} {unit} are declared, and {left} {unit} are left of line {number} of {en}", plain(quantity)),
                format!("khai {} {unit}, nhưng dòng {number} của {vi} chỉ còn {left} {unit}", plain(quantity)),
            );
            let mend = Bilingual::new(
                "declare what is beyond it on a line of its own, without the balance",
                "khai phần vượt thành dòng hàng riêng, không dùng số dư này",
            );
            self.find(family, 3, Some(plain(quantity)), message, mend);
            return;
        }
        let item = Some(item_number(Some(self.item), self.position));
        self.taken.push(WriteOff { balance, amount: quantity, unit: line.unit.clone(), item });
    }
}

/// The digits of the national tariff, with which the longer codes of some lists begin.
fn first_eight(code: &str) -> &str {
    code.get(..8).unwrap_or(code)
}
