//! What secures the duties and taxes of a declaration.
//!
//! Duties and taxes are paid before clearance, or secured by a bank's guarantee (Law 107/2016 art. 9). A guarantee that
//! does not cover all that is owed secures nothing.

use rulebook::Provision;
use rust_decimal::Decimal;
use vocabulary::declaration::declaration as field;
use vocabulary::duty::plain;
use vocabulary::{Balance, Bilingual, FieldId, Guarantee, Place, WriteOff};

use crate::accepted::AcceptedDeclaration;
use crate::assessment::Assessment;
use crate::context::Context;
use crate::problem::{Problem, problem};

/// What a guarantee gives for the declaration, where one is chosen (due-date codes A, of one declaration alone, and B,
/// of several).
///
/// The numbers E7000 to E7043 are known as a family, and E7009 and E7026 as those of a balance that is too small.
///
/// # Errors
/// A finding, when the guarantee is not there, is another enterprise's, has ended, is of another kind, or does not
/// cover all that is owed.
pub(crate) fn secured(
    accepted: &AcceptedDeclaration<'_>,
    assessment: &Assessment,
    context: &Context<'_>,
) -> Result<Option<WriteOff>, Vec<Problem>> {
    let lodged = accepted.lodged;
    let general = match lodged.due_date_code.as_deref() {
        Some("A") => false,
        Some("B") => true,
        _ => return Ok(None),
    };
    let (Some(bank), Some(year), Some(sign), Some(number)) = (
        lodged.guarantee_bank.as_deref(),
        lodged.guarantee_year,
        lodged.guarantee_sign.as_deref(),
        lodged.guarantee_number.as_deref(),
    ) else {
        return refuse(
            "E7000",
            field::guarantee_number,
            None,
            Bilingual::new(
                "payment is to be guaranteed, and bank, year, sign and number of the guarantee are not all declared",
                "chọn bảo lãnh nhưng chưa khai đủ ngân hàng, năm, ký hiệu và số chứng từ bảo lãnh",
            ),
            Bilingual::new("enter all four, or due-date code D", "nhập đủ bốn chỉ tiêu, hoặc mã thời hạn nộp thuế D"),
        );
    };
    let value = Some(number.to_owned());
    let known = context.facts.guarantees.iter().find(|known| {
        known.bank == bank && u64::from(known.year) == year && known.sign == sign && known.number == number
    });
    let Some(guarantee) = known else {
        return refuse(
            "E7000",
            field::guarantee_number,
            value,
            Bilingual::new(
                format!("customs has no guarantee {sign} {number} of {bank} of {year}"),
                format!("hải quan chưa nhận được bảo lãnh {sign} {number} năm {year} của {bank}"),
            ),
            Bilingual::new(
                "check bank, year, sign and number; or ask the bank to send it",
                "kiểm tra lại ngân hàng, năm, ký hiệu, số; hoặc đề nghị ngân hàng gửi chứng từ",
            ),
        );
    };
    if lodged.declarant() != Some(guarantee.holder.as_str()) {
        return refuse(
            "E7001",
            field::guarantee_number,
            value,
            Bilingual::new(
                format!("the guarantee {number} was given for another enterprise"),
                format!("bảo lãnh {number} được cấp cho doanh nghiệp khác"),
            ),
            Bilingual::new(
                "enter a guarantee of the enterprise that declares",
                "nhập bảo lãnh của chính doanh nghiệp khai",
            ),
        );
    }
    if let Some(last_day) = guarantee.expires_on.filter(|last_day| *last_day < context.registered_at.date()) {
        return refuse(
            "E7002",
            field::guarantee_number,
            value,
            Bilingual::new(
                format!("the guarantee {number} ended on {last_day}"),
                format!("bảo lãnh {number} đã hết hiệu lực ngày {last_day}"),
            ),
            Bilingual::new(
                "enter a guarantee in force, or pay at once",
                "nhập bảo lãnh còn hiệu lực hoặc nộp thuế ngay",
            ),
        );
    }
    if guarantee.general != general {
        let (en, vi, code) = if guarantee.general {
            ("covers several declarations", "là bảo lãnh chung", "B")
        } else {
            ("is for one declaration", "là bảo lãnh riêng", "A")
        };
        return refuse(
            "E7003",
            field::due_date_code,
            lodged.due_date_code.as_deref().map(str::to_owned),
            Bilingual::new(format!("the guarantee {number} {en}"), format!("chứng từ {number} {vi}")),
            Bilingual::new(format!("enter due-date code {code}"), format!("nhập mã xác định thời hạn nộp thuế {code}")),
        );
    }
    enough(guarantee, assessment.total_payable)
}

fn enough(guarantee: &Guarantee, owed: Decimal) -> Result<Option<WriteOff>, Vec<Problem>> {
    if owed.is_zero() {
        return Ok(None);
    }
    let left = guarantee.remaining;
    if owed > left {
        let (owed, left, short) = (plain(owed), plain(left), plain(owed - left));
        return refuse(
            if guarantee.general { "E7026" } else { "E7009" },
            field::guarantee_number,
            Some(guarantee.number.clone()),
            Bilingual::new(
                format!("{owed} dong are owed, and {left} are left of the guarantee: {short} too few"),
                format!("số tiền phải nộp là {owed} đồng, bảo lãnh chỉ còn {left} đồng, thiếu {short} đồng"),
            ),
            Bilingual::new(
                "enter another guarantee, have it raised, or pay at once with due-date code D",
                "nhập bảo lãnh khác, đề nghị tăng mức bảo lãnh, hoặc nộp ngay với mã thời hạn D",
            ),
        );
    }
    Ok(Some(WriteOff {
        balance: Balance::Guarantee {
            bank: guarantee.bank.clone(),
            year: guarantee.year,
            sign: guarantee.sign.clone(),
            number: guarantee.number.clone(),
        },
        amount: owed,
        unit: "VND".to_owned(),
        item: None,
    }))
}

fn refuse<T>(
    code: &str,
    field: FieldId,
    value: Option<String>,
    message: Bilingual,
    mend: Bilingual,
) -> Result<T, Vec<Problem>> {
    Err(vec![problem(code, Place::header(field), value, message, mend, "assessment/guarantees", Provision::Guarantees)])
}
