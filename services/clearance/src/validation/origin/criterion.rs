//! The criterion of origin of an item: what it says, and whether that gives a preference (Form D, box 8).

use rulebook::{OriginCheck, OriginParameter};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item::certificate_number;
use vocabulary::duty::plain;
use vocabulary::{CertificateItem, CertificateTick};

use super::fault::{Faults, Proof};
use super::regional_value::RegionalValue;
use crate::exact::{TooLarge, multiply};

/// What a criterion says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Criterion {
    /// Wholly obtained (WO), or produced from originating materials alone (PE).
    Wholly,
    /// A regional value content in per cent (RVC, or the number alone).
    RegionalValue(Decimal),
    /// A change of chapter, heading or subheading (CC, CTH, CTSH).
    TariffShift,
    /// A specific process (SP), or the rule of the product without more (PSR).
    Process,
    /// Several of these together, as a product rule asks.
    Together(Vec<Criterion>),
    /// A partial cumulation (PC) in per cent.
    PartialCumulation(Decimal),
}

/// Why a criterion says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    /// It is in no form that the agreement has.
    NotUnderstood,
    /// Its parts contradict each other.
    Inconsistent,
}

impl Criterion {
    /// Reads a criterion as printed: spaces, the case of letters and the per cent sign do not count. `apart` is a
    /// percentage that stands apart from it.
    fn read(printed: &str, apart: Option<Decimal>) -> Result<Self, Unreadable> {
        let letters: String = printed.chars().filter(|letter| !letter.is_whitespace()).take(64).collect();
        let letters = letters.to_ascii_uppercase();
        let parts = letters.split('+').map(|part| Self::part(part, apart)).collect::<Result<Vec<_>, _>>()?;
        let [single] = &parts[..] else {
            let alone = |part: &Self| matches!(part, Self::Wholly | Self::PartialCumulation(_));
            let doubled = (1..parts.len()).any(|at| parts[..at].iter().any(|part| part.is_like(&parts[at])));
            return if doubled || parts.iter().any(alone) {
                Err(Unreadable::Inconsistent)
            } else {
                Ok(Self::Together(parts))
            };
        };
        Ok(single.clone())
    }

    fn part(part: &str, apart: Option<Decimal>) -> Result<Self, Unreadable> {
        match part {
            "WO" | "PE" => return Ok(Self::Wholly),
            "CC" | "CTH" | "CTSH" => return Ok(Self::TariffShift),
            "SP" | "PSR" => return Ok(Self::Process),
            "RVC" => return apart.ok_or(Unreadable::NotUnderstood).and_then(percentage).map(Self::RegionalValue),
            _ => {}
        }
        let (rest, partial) = match part.strip_prefix("PC") {
            Some(rest) => (rest, true),
            None => (part.strip_prefix("RVC").unwrap_or(part), false),
        };
        let digits = rest.strip_suffix('%').unwrap_or(rest);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && digits.starts_with(|first: char| first.is_ascii_digit());
        let number = Decimal::from_str_exact(digits).ok().filter(|_| plain).ok_or(Unreadable::NotUnderstood)?;
        let number = percentage(number)?;
        Ok(if partial { Self::PartialCumulation(number) } else { Self::RegionalValue(number) })
    }

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn parts(&self) -> &[Self] {
        match self {
            Self::Together(parts) => parts,
            single => std::slice::from_ref(single),
        }
    }

    fn regional_value(&self) -> Option<Decimal> {
        self.parts().iter().find_map(|part| match part {
            Self::RegionalValue(percent) => Some(*percent),
            _ => None,
        })
    }

    fn has_tariff_shift(&self) -> bool {
        self.parts().contains(&Self::TariffShift)
    }
}

fn percentage(number: Decimal) -> Result<Decimal, Unreadable> {
    if number.is_sign_negative() || number > Decimal::ONE_HUNDRED { Err(Unreadable::Inconsistent) } else { Ok(number) }
}

const ASK: [&str; 2] = [
    "ask the exporter to have the criterion mended by the issuing body",
    "đề nghị người xuất khẩu xin cơ quan cấp sửa tiêu chí xuất xứ",
];

/// Everything about the criterion of an item.
pub(super) fn check(proof: &Proof<'_>, item: &CertificateItem, faults: &mut Faults) {
    let (line, printed) = (item.line, &item.criterion);
    let criterion = match Criterion::read(printed, item.rvc_percent) {
        Ok(criterion) => criterion,
        Err(Unreadable::NotUnderstood) => {
            faults.add(
                OriginCheck::CriterionNotUnderstood,
                certificate_number,
                Some(printed.clone()),
                [
                    format!("the criterion of item {line} is not one of WO, 40%, CC, CTH, CTSH, SP, PC 20%, or several with +"),
                    format!("tiêu chí xuất xứ của dòng {line} không thuộc WO, 40%, CC, CTH, CTSH, SP, PC 20% hoặc kết hợp bằng dấu +"),
                ],
                ASK,
            );
            return;
        }
        Err(Unreadable::Inconsistent) => {
            inconsistent(item, faults);
            return;
        }
    };
    content(proof, item, &criterion, faults);
    partial_cumulation(proof, item, &criterion, faults);
    fob_value(proof, item, &criterion, faults);
    if let (Some(costs), Some(fob_value)) = (&item.costs, item.fob_value) {
        let computed = [RegionalValue::indirect(costs, fob_value), RegionalValue::direct(costs, fob_value)];
        costs_confirm(item, &criterion, computed, faults);
        if criterion.has_tariff_shift()
            && let Some(materials) = costs.non_shifting_materials
        {
            de_minimis(proof, item, materials, fob_value, faults);
        }
    }
}

fn inconsistent(item: &CertificateItem, faults: &mut Faults) {
    let line = item.line;
    faults.add(
        OriginCheck::CriterionInconsistent,
        certificate_number,
        Some(item.criterion.clone()),
        [
            format!("the criterion of item {line} contradicts itself"),
            format!("tiêu chí xuất xứ của dòng {line} tự mâu thuẫn"),
        ],
        ASK,
    );
}

/// A regional value content alone reaches what the agreement asks for. Beside another criterion a product rule asks for
/// less, and product rules are not for a program to decide.
fn content(proof: &Proof<'_>, item: &CertificateItem, criterion: &Criterion, faults: &mut Faults) {
    let Criterion::RegionalValue(percent) = criterion else { return };
    let Some(least) = proof.figure(OriginParameter::RegionalValuePercent, faults) else { return };
    if *percent >= least {
        return;
    }
    let (line, percent, least) = (item.line, plain(*percent), plain(least));
    faults.add(
        OriginCheck::RegionalValueTooLow,
        certificate_number,
        Some(item.criterion.clone()),
        [
            format!("the regional value content of item {line} is {percent} %, below {least} %"),
            format!("hàm lượng giá trị khu vực của dòng {line} là {percent} %, dưới {least} %"),
        ],
        ASK,
    );
}

/// Partial cumulation counts towards the next member's content and gives no preference itself.
fn partial_cumulation(proof: &Proof<'_>, item: &CertificateItem, criterion: &Criterion, faults: &mut Faults) {
    let partial = |other: &CertificateItem| {
        matches!(Criterion::read(&other.criterion, other.rvc_percent), Ok(Criterion::PartialCumulation(_)))
    };
    let ticked = proof.certificate.is_ticked(CertificateTick::PartialCumulation);
    let line = item.line;
    if ticked != proof.certificate.items.iter().any(partial) {
        faults.add(
            OriginCheck::PartialCumulationTick,
            certificate_number,
            Some(item.criterion.clone()),
            if ticked {
                [
                    "the box of partial cumulation is ticked, and no item has PC as its criterion".to_owned(),
                    "ô cộng gộp từng phần được đánh dấu nhưng không dòng nào có tiêu chí PC".to_owned(),
                ]
            } else {
                [
                    format!("item {line} has PC as its criterion, and the box of partial cumulation is not ticked"),
                    format!("dòng {line} có tiêu chí PC nhưng ô cộng gộp từng phần không được đánh dấu"),
                ]
            },
            ASK,
        );
    }
    let Criterion::PartialCumulation(percent) = criterion else { return };
    let least = proof.figure(OriginParameter::PartialCumulationPercent, faults);
    let below = proof.figure(OriginParameter::RegionalValuePercent, faults);
    if least.is_some_and(|least| *percent < least) || below.is_some_and(|below| *percent >= below) {
        inconsistent(item, faults);
    }
    faults.add(
        OriginCheck::PartialCumulation,
        certificate_number,
        Some(item.criterion.clone()),
        [
            format!("item {line} is certified for partial cumulation, which gives the goods themselves no preference"),
            format!("dòng {line} chỉ được chứng nhận cộng gộp từng phần, không được hưởng ưu đãi"),
        ],
        [
            "enter B01; the content counts only where the goods are worked on further",
            "nhập B01; hàm lượng này chỉ được tính khi hàng hóa được sản xuất tiếp",
        ],
    );
}

/// Some members have the FOB value shown beside a regional value content.
fn fob_value(proof: &Proof<'_>, item: &CertificateItem, criterion: &Criterion, faults: &mut Faults) {
    if item.fob_value.is_some() || criterion.regional_value().is_none() {
        return;
    }
    let countries = match proof.rules.origin().fob_value_countries(proof.agreement.id()) {
        Ok(Some(countries)) => countries,
        Ok(None) => return,
        Err(gap) => return faults.gaps.push(gap),
    };
    let country = &proof.certificate.issuing_country;
    if !countries.value.iter().any(|known| **known == **country) {
        return;
    }
    let line = item.line;
    faults.add(
        OriginCheck::FobValueMissing,
        certificate_number,
        None,
        [
            format!("{country} shows the FOB value beside a regional value content, and item {line} does not"),
            format!("hàng của {country} theo tiêu chí RVC phải ghi trị giá FOB nhưng dòng {line} không ghi"),
        ],
        ASK,
    );
}

/// The content that follows from the producer's costs is at least the printed one.
fn costs_confirm(
    item: &CertificateItem,
    criterion: &Criterion,
    computed: [Result<Option<RegionalValue>, TooLarge>; 2],
    faults: &mut Faults,
) {
    let Some(printed) = criterion.regional_value() else { return };
    let mut found = computed.into_iter().filter_map(Result::transpose).peekable();
    if found.peek().is_none() {
        return;
    }
    let mut shown = String::from("?");
    let confirmed = found.any(|value| {
        value.is_ok_and(|value| {
            shown = value.percent_for_people().map_or_else(|_| "?".to_owned(), plain);
            value.reaches(printed) == Ok(true)
        })
    });
    if confirmed {
        return;
    }
    let (line, printed) = (item.line, plain(printed));
    faults.add(
        OriginCheck::RegionalValueDiffers,
        certificate_number,
        Some(item.criterion.clone()),
        [
            format!("the costs of item {line} give a regional value content of {shown} %, and {printed} % is printed"),
            format!("theo chi phí, hàm lượng giá trị khu vực của dòng {line} là {shown} %, trong khi ghi {printed} %"),
        ],
        ASK,
    );
}

/// Materials that do not change their heading stay within the tolerance, and the box says so.
fn de_minimis(proof: &Proof<'_>, item: &CertificateItem, materials: Decimal, fob_value: Decimal, faults: &mut Faults) {
    let Some(most) = proof.figure(OriginParameter::DeMinimisPercent, faults) else { return };
    if materials <= Decimal::ZERO {
        return;
    }
    let within = || Ok::<bool, TooLarge>(multiply(materials, Decimal::ONE_HUNDRED)? <= multiply(most, fob_value)?);
    let (line, amount) = (item.line, plain(materials));
    if within() != Ok(true) {
        let (most, fob_value) = (plain(most), plain(fob_value));
        faults.add(
            OriginCheck::DeMinimisExceeded,
            certificate_number,
            Some(amount),
            [
                format!("more than {most} % of the FOB value {fob_value} of item {line} is material that does not change its heading"),
                format!("nguyên liệu không chuyển đổi mã của dòng {line} vượt {most} % trị giá FOB {fob_value}"),
            ],
            ASK,
        );
    } else if !proof.certificate.is_ticked(CertificateTick::DeMinimis) {
        faults.add(
            OriginCheck::DeMinimisTickMissing,
            certificate_number,
            Some(amount),
            [
                format!(
                    "item {line} has material that does not change its heading, and the box De Minimis is not ticked"
                ),
                format!("dòng {line} có nguyên liệu không chuyển đổi mã nhưng ô De Minimis không được đánh dấu"),
            ],
            ASK,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(number: i64) -> Decimal {
        Decimal::from(number)
    }

    #[test]
    fn criteria_are_read_in_every_form_in_use() {
        for (printed, expected) in [
            ("WO", Criterion::Wholly),
            (" wo ", Criterion::Wholly),
            ("PE", Criterion::Wholly),
            ("40%", Criterion::RegionalValue(percent(40))),
            ("45", Criterion::RegionalValue(percent(45))),
            ("RVC 45%", Criterion::RegionalValue(percent(45))),
            ("RVC40.5", Criterion::RegionalValue(Decimal::new(405, 1))),
            ("CTH", Criterion::TariffShift),
            ("ctsh", Criterion::TariffShift),
            ("SP", Criterion::Process),
            ("PC 25%", Criterion::PartialCumulation(percent(25))),
            ("CTSH + 35%", Criterion::Together(vec![Criterion::TariffShift, Criterion::RegionalValue(percent(35))])),
        ] {
            assert_eq!(Criterion::read(printed, None), Ok(expected), "{printed}");
        }
        assert_eq!(Criterion::read("RVC", Some(percent(41))), Ok(Criterion::RegionalValue(percent(41))));
    }

    #[test]
    fn what_says_nothing_is_told_from_what_contradicts_itself() {
        for printed in ["", "X", "RVC", "CTH, WO", "40%/CTH", "WO OR CTH", "RVC -5%", "PC", "+", "CTH +", "4 0 x"] {
            assert_eq!(Criterion::read(printed, None), Err(Unreadable::NotUnderstood), "{printed}");
        }
        for printed in ["WO + 40%", "PC 20% + CTH", "CTH + CTSH", "101%", "40% + RVC 45%"] {
            assert_eq!(Criterion::read(printed, None), Err(Unreadable::Inconsistent), "{printed}");
        }
    }
}
