//! Whether a declared tax code goes with the kind and the goods, and what an officer has to see of it.
//!
//! A code that goes with neither is refused. One that does lowers the tax, and is proved by the kind, by the goods, by a
//! list or by a balance that customs holds; otherwise it is a claim.

use rulebook::{
    CodeUse, EnvironmentalProtection, Fit, Provision, SpecialConsumption, TariffLine, TaxCode, TaxEffect, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, Claim, ClaimKind, DutyType, Place, Rate};

use super::header::Kind;
use super::line::ResolvedLine;
use super::relief::seen;
use super::tax_codes::DeclaredTax;
use super::{Report, quantities};
use crate::accepted::TaxClaim;
use crate::problem::problem;

/// A line on which codes are declared.
pub(crate) struct CodeDesk<'d, 'r> {
    line: &'d ResolvedLine<'r>,
    tariff: TariffLine<'r>,
    /// The eight digits of the goods.
    hs8: String,
    kind: Option<&'d Kind<'d>>,
}

/// A declared code that goes with the kind and the goods.
pub(crate) struct FittingCode<'r> {
    pub(crate) duty_type: DutyType,
    code: String,
    code_use: CodeUse<'r>,
}

/// Trade remedies have rules of their own, by measure.
fn is_remedy(duty_type: DutyType) -> bool {
    matches!(duty_type, DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard)
}

impl<'d, 'r> CodeDesk<'d, 'r> {
    pub(crate) fn new(line: &'d ResolvedLine<'r>, tariff: TariffLine<'r>, kind: Option<&'d Kind<'d>>) -> Self {
        Self { line, tariff, hs8: tariff.code().to_string(), kind }
    }

    /// Holds a code that lowers a tax against the kind and the goods.
    pub(crate) fn relief_code(
        &self,
        duty_type: DutyType,
        code: &str,
        place: Place,
        report: &mut Report<'_>,
    ) -> Option<FittingCode<'r>> {
        if is_remedy(duty_type) {
            return None;
        }
        let kind = self.kind?;
        let hs8 = &self.hs8;
        let (citation, en, vi) =
            match self.line.rules.code_uses().of_code(code, kind.code, hs8, self.depends_on_goods(duty_type)) {
                Fit::Free => return None,
                Fit::Fits(code_use) => return Some(FittingCode { duty_type, code: code.to_owned(), code_use }),
                Fit::NotOfKind(kinds, citation) if kinds.is_empty() => {
                    let en = format!("the code {code} goes with no declaration kind on the day of registration");
                    (citation, en, format!("mã {code} không áp dụng cho loại hình nào vào ngày đăng ký"))
                }
                Fit::NotOfKind(kinds, citation) => {
                    let (name, kinds) = (kind.code, kinds.join(", "));
                    let en = format!("the code {code} goes with the kinds {kinds}, and not with {name}");
                    (citation, en, format!("mã {code} chỉ áp dụng cho loại hình {kinds}, không áp dụng cho {name}"))
                }
                Fit::NotOfGoods(citation) => {
                    let en = format!("the code {code} does not go on goods of {hs8}");
                    (citation, en, format!("mã {code} không áp dụng cho hàng hóa mã {hs8}"))
                }
            };
        let mend = self.mend(duty_type, code);
        let rule = citation.rule.to_string();
        report.find(problem(
            "code_does_not_fit",
            place,
            Some(code.to_owned()),
            Bilingual::new(en, vi),
            mend,
            rule,
            &citation.law,
        ));
        None
    }

    /// Holds a code of a rate against the goods.
    pub(crate) fn rate_code(&self, duty_type: DutyType, code: &str, place: Place, report: &mut Report<'_>) {
        let hs8 = &self.hs8;
        // Of a tax that the goods do not bear no code fits, which is said in other words.
        let fits = self.line.rules.code_uses().goes_on(code, hs8) || !self.bears(duty_type);
        if is_remedy(duty_type) || fits {
            return;
        }
        let (en, vi) = duty_type.names();
        report.find(problem(
            "code_does_not_fit",
            place,
            Some(code.to_owned()),
            Bilingual::new(
                format!("the {en} code {code} is of other goods than {hs8}"),
                format!("mã {vi} {code} không dành cho hàng hóa mã {hs8}"),
            ),
            self.mend(duty_type, code),
            "assessment/code-uses",
            Provision::Particulars,
        ));
    }

    /// Whether goods of the line may bear a tax, at whatever rate: what the rulebook does not know they may.
    fn bears(&self, duty_type: DutyType) -> bool {
        match duty_type {
            DutyType::SpecialConsumption => {
                !matches!(self.tariff.special_consumption(), SpecialConsumption::NotSubject(_))
            }
            DutyType::EnvironmentalProtection => !matches!(self.tariff.environmental(), EnvironmentalProtection::No(_)),
            _ => true,
        }
    }

    /// The codes that do go with the kind and the goods, or that none is needed.
    fn mend(&self, duty_type: DutyType, declared: &str) -> Bilingual {
        let depends = self.depends_on_goods(duty_type);
        let fitting = self.tariff.codes_fitting(duty_type);
        let fitting: Vec<TaxCode<'_>> = self
            .line
            .rules
            .taxes()
            .codes(duty_type)
            .into_iter()
            .filter(|code| code.code() != declared)
            .filter(|code| match code.effect() {
                TaxEffect::Rate(_) | TaxEffect::Amount { .. } => {
                    fitting.iter().any(|known| known.code() == code.code())
                }
                TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => self.kind.is_some_and(|kind| {
                    let fit = self.line.rules.code_uses().of_code(code.code(), kind.code, &self.hs8, depends);
                    // What a dossier alone proves is not for us to propose.
                    matches!(fit, Fit::Fits(code_use) if code_use.proof().by_kind || code_use.proof().by_goods)
                }),
            })
            .collect();
        if fitting.is_empty() {
            return Bilingual::new(
                "leave the code out: the tax is assessed as the law has it; or check kind and tariff code",
                "bỏ mã này: thuế được tính theo quy định; hoặc kiểm tra lại loại hình và mã HS",
            );
        }
        let said = |name: fn(&TaxCode<'_>) -> String| -> String {
            let shown: Vec<String> = fitting.iter().take(6).map(name).collect();
            shown.join(", ")
        };
        let en = said(|code| format!("{} ({})", code.code(), code.name_en()));
        let vi = said(|code| format!("{} ({})", code.code(), code.name_vi()));
        Bilingual::new(
            format!("leave the code out, or enter one that goes with kind and goods: {en}"),
            format!("bỏ mã này, hoặc nhập mã phù hợp với loại hình và hàng hóa: {vi}"),
        )
    }

    /// Whether the tariff leaves it to the goods whether they bear a tax at all.
    fn depends_on_goods(&self, duty_type: DutyType) -> bool {
        match duty_type {
            DutyType::Vat => {
                matches!(self.tariff.vat(), VatOnLine::DependsOnGoods { not_subject_permitted: true, .. })
            }
            DutyType::SpecialConsumption => matches!(
                self.tariff.special_consumption(),
                SpecialConsumption::DependsOnGoods { not_subject_permitted: true, .. }
            ),
            DutyType::EnvironmentalProtection => {
                matches!(self.tariff.environmental(), EnvironmentalProtection::Maybe(_))
            }
            _ => false,
        }
    }

    /// What an officer has to see of a code that lowered a tax of the line.
    pub(crate) fn claim_relief(&self, fitting: &FittingCode<'_>, report: &mut Report<'_>) {
        let proof = fitting.code_use.proof();
        let listed = proof.by_list && self.line.item.exemption_list.is_some();
        if proof.by_goods || listed {
            return;
        }
        if proof.by_kind {
            if let Some(kind) = self.kind {
                seen(kind, report);
            }
            return;
        }
        let names = self.line.rules.tax_code(&fitting.code).map(|code| (code.name_en(), code.name_vi()));
        let (en, vi) = names.unwrap_or_default();
        let code = &fitting.code;
        report.claim(
            Some(self.line.position),
            Claim {
                kind: ClaimKind::TaxCode,
                item: None,
                tax: Some(fitting.duty_type),
                code: Some(code.clone()),
                message: Bilingual::new(format!("the code {code} ({en})"), format!("mã {code} ({vi})")),
                rests_on: fitting.code_use.rests_on(),
                citation: fitting.code_use.citation(),
            },
        );
    }

    /// A rate below another one that the line may bear rests on what the goods are, which the declarant alone has said.
    pub(crate) fn claim_rate(&self, assessed: &TaxClaim, declared: &DeclaredTax, report: &mut Report<'_>) {
        let Some(rate) = &declared.rate else { return };
        let duty_type = assessed.duty_type;
        let Some((highest, citation)) = self.highest(duty_type, &rate.rate.rate) else { return };
        let (en, vi) = duty_type.names();
        let code = &rate.code;
        let message = Bilingual::new(
            format!("the code {code}; goods of the line may bear {en} of {highest}"),
            format!("mã {code}; hàng hóa thuộc dòng thuế này có thể chịu {vi} {highest}"),
        );
        self.rate_claim(duty_type, Some(code.clone()), message, citation, report);
    }

    /// Goods of a line of which some bear special consumption tax are said to be others where no code of it is declared.
    pub(crate) fn claim_not_borne(&self, report: &mut Report<'_>) {
        let SpecialConsumption::Seldom { citation, .. } = self.tariff.special_consumption() else { return };
        let (en, vi) = DutyType::SpecialConsumption.names();
        let message = Bilingual::new(
            format!("the goods are none of those of the line that bear {en}"),
            format!("hàng hóa không phải loại thuộc dòng thuế này phải chịu {vi}"),
        );
        self.rate_claim(DutyType::SpecialConsumption, None, message, citation, report);
    }

    /// A tax on a share of the goods alone rests on how large the share is, which the declarant alone has said.
    pub(crate) fn claim_share(&self, assessed: &TaxClaim, report: &mut Report<'_>) {
        let (Some(per_unit), Some(taxed)) = (assessed.rate.per_unit(), assessed.quantity) else { return };
        let whole = quantities::counted_in(self.line.item, &per_unit.unit, &self.line.rules);
        let Some(whole) = whole.filter(|whole| *whole > taxed) else { return };
        let (share, whole, unit) = (plain(taxed), plain(whole), &per_unit.unit);
        let message = Bilingual::new(
            format!("the tax is on {share} of {whole} {unit}"),
            format!("chỉ {share} trong {whole} {unit} chịu thuế"),
        );
        self.rate_claim(assessed.duty_type, None, message, assessed.citation.clone(), report);
    }

    /// A claim about what the goods are.
    pub(crate) fn rate_claim(
        &self,
        duty_type: DutyType,
        code: Option<String>,
        message: Bilingual,
        citation: Citation,
        report: &mut Report<'_>,
    ) {
        report.claim(
            Some(self.line.position),
            Claim {
                kind: ClaimKind::Rate,
                item: None,
                tax: Some(duty_type),
                code,
                message,
                rests_on: Bilingual::new(
                    "what the goods are: technical documents, analysis, or a look at them",
                    "bản chất hàng hóa: tài liệu kỹ thuật, kết quả phân tích hoặc kiểm tra thực tế",
                ),
                citation,
            },
        );
    }

    /// The highest rate that goods of the line may bear, where it is above the declared one or cannot be compared with it.
    fn highest(&self, duty_type: DutyType, declared: &Rate) -> Option<(String, Citation)> {
        let above = |rates: &[Decimal]| -> Option<Decimal> {
            let Rate::AdValorem(declared) = declared else { return None };
            rates.iter().copied().max().filter(|highest| highest > declared)
        };
        match duty_type {
            DutyType::Vat => match self.tariff.vat() {
                VatOnLine::DependsOnGoods { permitted, citation, .. } => {
                    above(&permitted).map(|rate| (format!("{} %", plain(rate)), citation))
                }
                VatOnLine::Rate(_) | VatOnLine::Gap(_) => None,
            },
            DutyType::SpecialConsumption => match self.tariff.special_consumption() {
                SpecialConsumption::DependsOnGoods { citation, .. } | SpecialConsumption::Seldom { citation, .. } => {
                    let rates: Vec<Decimal> = self.tariff.codes_fitting(duty_type).iter().filter_map(percent).collect();
                    above(&rates).map(|rate| (format!("{} %", plain(rate)), citation))
                }
                _ => None,
            },
            DutyType::EnvironmentalProtection => {
                let declared = declared.per_unit()?;
                self.tariff.codes_fitting(duty_type).into_iter().find_map(|code| match code.effect() {
                    TaxEffect::Amount { amount, unit, .. } if *amount > declared.amount || **unit != *declared.unit => {
                        Some((format!("{} VND/{unit}", plain(*amount)), code.citation()))
                    }
                    _ => None,
                })
            }
            _ => None,
        }
    }
}

fn percent(code: &TaxCode<'_>) -> Option<Decimal> {
    match code.effect() {
        TaxEffect::Rate(rate) => Some(*rate),
        _ => None,
    }
}
