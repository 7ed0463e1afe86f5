//! The declaration as a whole: kind, office, tax codes, number, currencies.

use std::sync::LazyLock;

use rulebook::{
    Cited, CodeList, CodeUse, CustomsOffice, DeclarationKind, MarginKind, Provision, RoundingKind, RulesInForce,
};
use rust_decimal::Decimal;
use vocabulary::declaration::declaration as field;
use vocabulary::tax_code::{TaxCodeError, check_tax_code, meant_tax_code};
use vocabulary::{
    Bilingual, Citation, Claim, ClaimKind, Declaration, DeclarationNumber, Direction, DutyType, FieldId, Place, Record,
    Scope, TraderFacts,
};

use super::Report;
use crate::accepted::{ExchangeRate, PriceTerms, Rounding, ValueMargins};
use crate::problem::{problem, suggesting};

/// A declaration kind with its citation, and what it takes off.
pub(crate) struct Kind<'a> {
    pub(crate) code: &'a str,
    pub(crate) kind: &'a DeclarationKind,
    pub(crate) citation: Citation,
    names: Bilingual,
    /// What it takes off by itself; `None` where it takes nothing off.
    takes_off: Option<CodeUse<'a>>,
    /// Whether a fact that customs holds entitles the trader to it.
    proved: bool,
}

impl Kind<'_> {
    /// Whether the kind takes a tax off.
    pub(crate) fn takes_off(&self, duty_type: DutyType) -> bool {
        self.takes_off.is_some_and(|takes_off| takes_off.taxes().contains(&duty_type))
    }

    /// What an officer has to see of a kind that took something off; `None` where a fact proves it.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let takes_off = self.takes_off.filter(|_| !self.proved)?;
        let Bilingual { en, vi } = &self.names;
        Some(Claim {
            kind: ClaimKind::DeclarationKind,
            item: None,
            tax: None,
            code: Some(self.code.to_owned()),
            message: Bilingual::new(
                format!("the treatment of kind {} ({en})", self.code),
                format!("chính sách thuế của loại hình {} ({vi})", self.code),
            ),
            rests_on: takes_off.rests_on(),
            citation: takes_off.citation(),
        })
    }
}

/// Fields that the form of the declaration's direction does not have.
pub(crate) fn fields_of_the_other_direction(lodged: &Declaration, report: &mut Report<'_>) {
    let Some(direction) = lodged.direction() else { return };
    check_direction(lodged, direction, None, report);
    for (position, item) in lodged.goods_items.iter().enumerate() {
        check_direction(item, direction, Some(position), report);
    }
}

/// The fields of the declaration and of a goods item that the form of a direction does not have, by their place.
fn not_on_the_form(direction: Direction, scope: Scope) -> &'static [u16] {
    static NOT_ON_THE_FORM: LazyLock<[[Vec<u16>; 2]; 2]> = LazyLock::new(|| {
        [Direction::Import, Direction::Export].map(|direction| {
            [Scope::Declaration, Scope::GoodsItem].map(|scope| {
                let fields = (0_u16..).zip(scope.fields());
                // Fields without a VNACCS name are ours and stand on both forms.
                let missing = fields.filter(|(_, known)| match direction {
                    Direction::Import => known.import_id.is_none() && known.export_id.is_some(),
                    Direction::Export => known.export_id.is_none() && known.import_id.is_some(),
                });
                missing.map(|(index, _)| index).collect()
            })
        })
    });
    let of_direction = &NOT_ON_THE_FORM[usize::from(direction == Direction::Export)];
    &of_direction[usize::from(scope == Scope::GoodsItem)]
}

fn check_direction<R: Record>(record: &R, direction: Direction, item: Option<usize>, report: &mut Report<'_>) {
    for &index in not_on_the_form(direction, R::SCOPE) {
        let known = &R::SCOPE.fields()[usize::from(index)];
        let Some(value) = record.value(index) else { continue };
        let place = Place { field: FieldId { scope: R::SCOPE, index }, item, occurrence: None };
        let (en, vi) = match direction {
            Direction::Import => ("an import declaration has no such field", "tờ khai nhập khẩu không có chỉ tiêu này"),
            Direction::Export => ("an export declaration has no such field", "tờ khai xuất khẩu không có chỉ tiêu này"),
        };
        report.find(problem(
            "field_of_the_other_direction",
            place,
            Some(value.to_string()),
            Bilingual::new(format!("{en}: {}", known.english), format!("{vi}: {}", known.vietnamese)),
            Bilingual::new(
                "leave the field out, or check the direction",
                "bỏ chỉ tiêu này hoặc kiểm tra lại hướng nhập, xuất",
            ),
            "contract/fields-by-direction",
            Provision::Particulars,
        ));
    }
}

/// The declaration kind, where it is one of the direction.
pub(crate) fn kind<'a>(
    lodged: &'a Declaration,
    direction: Direction,
    trader: Option<&TraderFacts>,
    rules: &RulesInForce<'a>,
    report: &mut Report<'_>,
) -> Option<Kind<'a>> {
    // A missing kind is a finding of the rulebook's own rules.
    let code = lodged.kind.as_deref()?;
    let place = Place::header(field::kind);
    let gap = rules.code_not_entered(CodeList::DeclarationKinds, code);
    let is_silent = gap.is_some();
    if let Some(gap) = gap {
        report.gap(gap, None);
    }
    let Some((cited, entry)) = rules.declaration_kind(code).zip(rules.code(CodeList::DeclarationKinds, code)) else {
        if is_silent {
            return None;
        }
        let (mend, suggestions) = rules.mend_code(CodeList::DeclarationKinds, code);
        let unknown = problem(
            "S0055",
            place,
            Some(code.to_owned()),
            Bilingual::new(
                format!("there is no declaration kind {code} on the day of registration"),
                format!("không có mã loại hình {code} vào ngày đăng ký"),
            ),
            mend,
            "code-lists/declaration-kinds",
            Provision::Particulars,
        );
        report.find(suggesting(unknown, suggestions));
        return None;
    };
    let kind = cited.value;
    if kind.direction != direction {
        let (en, vi) = match kind.direction {
            Direction::Import => ("a kind of import", "loại hình nhập khẩu"),
            Direction::Export => ("a kind of export", "loại hình xuất khẩu"),
        };
        report.find(problem(
            "S0055",
            place,
            Some(code.to_owned()),
            Bilingual::new(
                format!("{code} ({}) is {en}, and the declaration is of the other direction", entry.name_en()),
                format!("{code} ({}) là {vi}, không phù hợp với hướng của tờ khai", entry.name_vi()),
            ),
            Bilingual::new("enter a kind of the declaration's direction", "nhập loại hình đúng hướng của tờ khai"),
            "code-lists/declaration-kinds",
            Provision::Particulars,
        ));
        return None;
    }
    let takes_off = rules.code_uses().of_kind(code);
    let proved = takes_off.is_none_or(|takes_off| {
        let proof = takes_off.proof();
        let discharges = kind.previous_declaration_required && lodged.temporary_declaration_number.is_some();
        let entitled = |code: &str| trader.is_some_and(|trader| trader.is_entitled(code, rules.date()));
        (proof.by_balance && discharges) || proof.entitlements.iter().any(|code| entitled(code))
    });
    let names = Bilingual::new(entry.name_en(), entry.name_vi());
    Some(Kind { code, kind, citation: cited.citation, names, takes_off, proved })
}

/// The customs office, where one is declared.
pub(crate) fn office(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    let (place, code) = match (&lodged.customs_office, &lodged.warehouse) {
        (Some(office), _) => (Place::header(field::customs_office), office.as_str()),
        // The first four characters of a warehouse's code are those of its office.
        (None, Some(warehouse)) => (Place::header(field::warehouse), warehouse.get(..4).unwrap_or(warehouse)),
        (None, None) => {
            report.find(problem(
                "S0054",
                Place::header(field::customs_office),
                None,
                Bilingual::new(
                    "neither a customs office nor a warehouse is declared",
                    "chưa khai cơ quan hải quan, cũng chưa khai địa điểm lưu kho",
                ),
                Bilingual::new(
                    "enter the four characters of the office, e.g. 01PR, or the warehouse that it is derived from",
                    "nhập mã 4 ký tự của cơ quan hải quan, ví dụ 01PR, hoặc mã địa điểm lưu kho",
                ),
                "code-lists/customs-offices",
                Provision::Particulars,
            ));
            return;
        }
    };
    if let Some(gap) = rules.code_not_entered(CodeList::CustomsOffices, code) {
        return report.gap(gap, None);
    }
    let mut suggestions = Vec::new();
    let (message, mend) = match rules.lists().customs_office(code) {
        CustomsOffice::Current => return,
        CustomsOffice::Retired { successor, since } => (
            {
                // A warehouse stands in the place of its office and keeps its own code.
                suggestions.extend(lodged.customs_office.is_some().then(|| successor.to_owned()));
                Bilingual::new(
                    format!("the customs office {code} was merged or renamed; since {since} it is {successor}"),
                    format!("cơ quan hải quan {code} đã sáp nhập hoặc đổi mã; từ {since} là {successor}"),
                )
            },
            Bilingual::new(format!("enter {successor}"), format!("nhập {successor}")),
        ),
        CustomsOffice::NotYet { from } => (
            Bilingual::new(
                format!("the customs office {code} comes into use on {from}"),
                format!("mã cơ quan hải quan {code} chỉ được dùng từ {from}"),
            ),
            Bilingual::new("enter the office that is in use until then", "nhập mã đang dùng đến ngày đó"),
        ),
        CustomsOffice::Unknown => (
            Bilingual::new(
                format!("there is no customs office {code}"),
                format!("không có cơ quan hải quan mang mã {code}"),
            ),
            {
                let (mend, meant) = rules.mend_code(CodeList::CustomsOffices, code);
                suggestions.extend(meant.into_iter().filter(|_| lodged.customs_office.is_some()));
                mend
            },
        ),
    };
    let rule = format!("code-lists/customs-offices/{code}");
    let found = problem("S0054", place, Some(code.to_owned()), message, mend, rule, Provision::Particulars);
    report.find(suggesting(found, suggestions));
}

/// The tax codes of the enterprise that declares and of its principal.
pub(crate) fn tax_codes(lodged: &Declaration, direction: Direction, report: &mut Report<'_>) {
    let codes = match direction {
        Direction::Import => [
            (field::importer_code, &lodged.importer_code, true),
            (field::import_principal_code, &lodged.import_principal_code, false),
        ],
        Direction::Export => [
            (field::exporter_code, &lodged.exporter_code, true),
            (field::export_principal_code, &lodged.export_principal_code, false),
        ],
    };
    // Class 4 alone says that no person takes part; exports do not say.
    let person = direction == Direction::Export || lodged.party_class.as_deref().is_some_and(|class| class != "4");
    for (field, code, required) in codes {
        let Some(code) = code else {
            if required {
                report.find(problem(
                    "S0061",
                    Place::header(field),
                    None,
                    Bilingual::new(
                        "the tax code of the enterprise that declares is missing",
                        "thiếu mã số thuế của doanh nghiệp khai",
                    ),
                    Bilingual::new(
                        "enter its 10 digits, or 13 for a branch",
                        "nhập 10 chữ số, hoặc 13 chữ số đối với chi nhánh",
                    ),
                    "contract/declarant",
                    Provision::Particulars,
                ));
            }
            continue;
        };
        if let Err(error) = check_tax_code(code, person) {
            let meant = meant_tax_code(code);
            let mend = match &meant {
                Some(meant) => Bilingual::new(format!("enter {meant}"), format!("nhập {meant}")),
                None => Bilingual::new(
                    "enter the code as on the tax registration, without a hyphen",
                    "nhập đúng mã số thuế trên giấy đăng ký thuế, không có dấu gạch nối",
                ),
            };
            let invalid = problem(
                "tax_code_invalid",
                Place::header(field),
                Some(code.to_string()),
                Bilingual::new(
                    format!("{code} cannot be a tax code: {error}"),
                    format!("{code} không phải là mã số thuế hợp lệ: {}", in_vietnamese(error)),
                ),
                mend,
                "contract/tax-code-check-digit",
                Provision::TaxCodeCheckDigit,
            );
            report.find(suggesting(invalid, meant.into_iter().collect()));
        }
    }
}

fn in_vietnamese(error: TaxCodeError) -> &'static str {
    match error {
        TaxCodeError::Shape => "mã số thuế có 10 chữ số, 13 chữ số nếu là chi nhánh, hoặc 12 chữ số của cá nhân",
        TaxCodeError::CheckDigit => "chữ số thứ mười không khớp với chín chữ số đứng trước",
        TaxCodeError::Zero => "số thứ tự hoặc số chi nhánh bằng 0",
    }
}

/// Numbers of declarations that this one names.
pub(crate) fn number(lodged: &Declaration, direction: Direction, report: &mut Report<'_>) {
    let Some(text) = &lodged.number else { return };
    let doubt = match text.parse::<DeclarationNumber>() {
        Err(error) => error.to_string(),
        Ok(number) if number.direction() != direction => "its first digit is of the other direction".to_owned(),
        Ok(number) if !number.check_digit_fits() => "its eleventh digit does not fit the nine-digit counter".to_owned(),
        Ok(_) => return,
    };
    // The check digit is measured and documented nowhere, so the doubt keeps nothing from being registered.
    report.warn(problem(
        "number_doubtful",
        Place::header(field::number),
        Some(text.to_string()),
        Bilingual::new(
            format!("{text} does not look like a number that customs gave: {doubt}"),
            format!("{text} không giống số tờ khai do hải quan cấp"),
        ),
        Bilingual::new(
            "leave the number out when lodging for the first time; otherwise check it",
            "bỏ trống khi khai lần đầu; nếu không, hãy kiểm tra lại số",
        ),
        "contract/declaration-number-check-digit",
        Provision::Particulars,
    ));
}

/// What the price holds on the declared terms.
pub(crate) fn price_terms(lodged: &Declaration, direction: Direction, rules: &RulesInForce<'_>) -> PriceTerms {
    // Terms that are missing or unknown are findings of the rulebook's own rules; nothing is valued on them.
    let incoterm =
        lodged.terms_of_delivery.as_deref().and_then(|code| rules.lists().incoterm(code)).map(|terms| terms.value);
    PriceTerms {
        includes_freight: incoterm.is_some_and(|terms| terms.includes_freight) || direction == Direction::Export,
        includes_insurance: incoterm.is_some_and(|terms| terms.includes_insurance) || direction == Direction::Export,
        value_at_exit_gate: incoterm.map(|terms| terms.value_at_exit_gate),
    }
}

/// How far values by hand may lie from what the invoice gives.
pub(crate) fn value_margins(
    direction: Direction,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<ValueMargins> {
    let below = margin(MarginKind::ValueByHandBelow, rules, report);
    let above = margin(MarginKind::ValueByHandAbove, rules, report);
    let law = rules.law(match direction {
        Direction::Import => Provision::ValueByHand,
        Direction::Export => Provision::ExitGate,
    });
    Some(ValueMargins { below: below?, above_percent: above?, law: law.clone() })
}

/// A margin that the rulebook names.
pub(crate) fn margin(kind: MarginKind, rules: &RulesInForce<'_>, report: &mut Report<'_>) -> Option<Cited<Decimal>> {
    rules.valuation().margin(kind).map_err(|gap| report.gap(gap, None)).ok()
}

/// The exchange rate of each currency that the declaration uses.
pub(crate) fn exchange_rates(
    lodged: &Declaration,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<ExchangeRate> {
    let mut rates: Vec<ExchangeRate> = Vec::new();
    let mut need = |currency: &Option<vocabulary::Text>, report: &mut Report<'_>| {
        let Some(currency) = currency else { return };
        if rates.iter().any(|rate| rate.currency == currency.as_str()) {
            return;
        }
        // A currency that does not exist is a finding of the rulebook's own rules, which come before gaps.
        match rules.exchange_rate(currency) {
            Ok(rate) => {
                rates.push(ExchangeRate { currency: currency.to_string(), rate: rate.value, citation: rate.citation })
            }
            Err(gap) => report.gap(gap, None),
        }
    };
    need(&lodged.invoice_currency, report);
    need(&lodged.freight_currency, report);
    need(&lodged.insurance_currency, report);
    need(&lodged.total_value_currency, report);
    for adjustment in &lodged.adjustments {
        need(&adjustment.currency, report);
    }
    for item in &lodged.goods_items {
        need(&item.customs_value_currency, report);
    }
    rates
}

/// A rounding that the rulebook names.
pub(crate) fn rounding(rules: &RulesInForce<'_>, kind: RoundingKind, report: &mut Report<'_>) -> Option<Rounding> {
    match rules.valuation().rounding(kind) {
        Ok(rounding) => {
            let rulebook::Rounding { decimals, policy } = rounding.value;
            Some(Rounding { decimals, policy, citation: rounding.citation })
        }
        Err(gap) => {
            report.gap(gap, None);
            None
        }
    }
}
