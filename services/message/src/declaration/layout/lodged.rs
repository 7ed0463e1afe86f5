//! The lodged declaration: its elements, named after the classes and elements of the WCO Data Model where that has them,
//! in the order of the schema.

use vocabulary::declaration::{
    adjustment, adjustment_reference, attachment, bill, container, declaration, goods_item, instruction, other_law,
    other_tax, permit, transit, vanning_place,
};
use vocabulary::{FieldId, Scope};

use super::declared::{Declared, DeclaredContent};

/// A value; whether it must be there is what the registry of fields says.
const fn leaf(name: &'static str, field: FieldId) -> Declared {
    with(name, field, &[])
}

/// A value with attributes.
const fn with(name: &'static str, field: FieldId, attributes: &'static [(&'static str, FieldId)]) -> Declared {
    Declared { name, min: 0, max: 1, content: DeclaredContent::Leaf { field, attributes } }
}

/// Elements that belong together; what they are, in English and in Vietnamese.
const fn group(name: &'static str, about: [&'static str; 2], children: &'static [Declared]) -> Declared {
    let [english, vietnamese] = about;
    let content = DeclaredContent::Group { record: None, children, english, vietnamese };
    Declared { name, min: 0, max: 1, content }
}

/// A record that may repeat.
const fn records(
    name: &'static str,
    record: Scope,
    max: u32,
    about: [&'static str; 2],
    children: &'static [Declared],
) -> Declared {
    let [english, vietnamese] = about;
    let content = DeclaredContent::Group { record: Some(record), children, english, vietnamese };
    Declared { name, min: 0, max, content }
}

/// The same element, which has to be there.
const fn required(element: Declared) -> Declared {
    Declared { min: 1, ..element }
}

pub(super) static DECLARATION: Declared = required(records(
    "Declaration",
    Scope::Declaration,
    1,
    ["The customs declaration, as the declarant lodges it", "Tờ khai hải quan do người khai gửi"],
    &[
        leaf("FunctionCode", declaration::function),
        leaf("FunctionalReferenceID", declaration::reference),
        leaf("VersionID", declaration::version),
        leaf("TypeCode", declaration::direction),
        leaf("ProcedureStageCode", declaration::stage),
        leaf("ID", declaration::number),
        group(
            "Amendment",
            ["Why the declaration is amended or cancelled", "Lý do sửa đổi hoặc hủy tờ khai"],
            &[
                leaf("ChangeReasonCode", declaration::change_reason_code),
                leaf("ChangeReason", declaration::change_reason),
            ],
        ),
        group(
            "Division",
            [
                "Goods of more than 50 lines, divided into several declarations",
                "Tờ khai chia nhỏ khi lô hàng có trên 50 dòng hàng",
            ],
            &[
                leaf("FirstDeclarationID", declaration::first_declaration_number),
                leaf("SequenceNumeric", declaration::branch_number),
                leaf("TotalQuantity", declaration::branch_total),
            ],
        ),
        group(
            "PreviousDocument",
            [
                "The declaration of the temporary movement that this one ends",
                "Tờ khai tạm nhập hoặc tạm xuất tương ứng",
            ],
            &[leaf("ID", declaration::temporary_declaration_number)],
        ),
        group(
            "GovernmentProcedure",
            ["The customs procedure", "Loại hình xuất khẩu, nhập khẩu"],
            &[leaf("CurrentCode", declaration::kind)],
        ),
        leaf("CargoClassificationCode", declaration::cargo_class),
        leaf("PartyClassificationCode", declaration::party_class),
        group(
            "DeclarationOffice",
            ["Where the declaration is lodged", "Cơ quan hải quan nơi đăng ký tờ khai"],
            &[leaf("ID", declaration::customs_office), leaf("SubSectionID", declaration::customs_subsection)],
        ),
        group(
            "TemporaryMovement",
            ["Goods that come or go for a time", "Hàng tạm nhập hoặc tạm xuất"],
            &[leaf("LimitDate", declaration::temporary_limit_date)],
        ),
        leaf("PlannedDeclarationDate", declaration::planned_date),
        group(
            "Agent",
            ["Who will declare for the enterprise", "Đại lý hải quan hoặc người khai dự kiến"],
            &[leaf("ID", declaration::planned_declarant)],
        ),
        group(
            "TaxPayment",
            ["Who pays duties and taxes, when, and by what means", "Người nộp thuế, thời hạn và cách nộp thuế"],
            &[
                leaf("TaxpayerCode", declaration::taxpayer),
                leaf("DueDateCode", declaration::due_date_code),
                group(
                    "BankPayment",
                    ["A bank's limit from which taxes are paid", "Hạn mức của ngân hàng trả thuế thay"],
                    &[
                        leaf("BankID", declaration::bank_payment_bank),
                        leaf("IssueYearNumeric", declaration::bank_payment_year),
                        leaf("SignID", declaration::bank_payment_sign),
                        leaf("ID", declaration::bank_payment_number),
                    ],
                ),
                group(
                    "ObligationGuarantee",
                    ["A bank's guarantee of the taxes", "Bảo lãnh thuế của ngân hàng"],
                    &[
                        leaf("BankID", declaration::guarantee_bank),
                        leaf("IssueYearNumeric", declaration::guarantee_year),
                        leaf("SignID", declaration::guarantee_sign),
                        leaf("ID", declaration::guarantee_number),
                    ],
                ),
            ],
        ),
        group(
            "ReleaseRequest",
            ["The wish to have the goods released before clearance", "Đề nghị giải phóng hàng"],
            &[leaf("ReasonCode", declaration::release_reason)],
        ),
        leaf("InspectionResultCode", declaration::pre_inspection),
        records(
            "OtherLaw",
            Scope::OtherLaw,
            5,
            ["Another law whose requirements the goods meet", "Văn bản pháp quy khác"],
            &[leaf("Code", other_law::code)],
        ),
        records(
            "Permit",
            Scope::Permit,
            5,
            ["A permit or licence", "Giấy phép"],
            &[
                leaf("TypeCode", permit::kind),
                leaf("ID", permit::number),
                leaf("IssueDate", permit::issue_date),
                leaf("ExpirationDate", permit::expiry_date),
            ],
        ),
        records(
            "AdditionalDocument",
            Scope::Attachment,
            3,
            ["A document lodged electronically beforehand", "Chứng từ đính kèm khai báo điện tử"],
            &[leaf("CategoryCode", attachment::class), leaf("ID", attachment::number)],
        ),
        group(
            "AdditionalInformation",
            ["What the declarant adds in words", "Thông tin khác của người khai"],
            &[leaf("StatementDescription", declaration::notes)],
        ),
        group(
            "CustomsInstruction",
            ["What customs instructed; only an officer enters it", "Chỉ thị của hải quan, chỉ công chức hải quan nhập"],
            &[
                leaf("ClassificationCode", declaration::instruction_class),
                records(
                    "Instruction",
                    Scope::Instruction,
                    10,
                    ["One instruction", "Một chỉ thị"],
                    &[
                        leaf("IssueDate", instruction::date),
                        leaf("Title", instruction::title),
                        leaf("Content", instruction::content),
                    ],
                ),
            ],
        ),
        GOODS_SHIPMENT,
    ],
));

const GOODS_SHIPMENT: Declared = group(
    "GoodsShipment",
    [
        "The goods and the papers that concern them; absent where a message carries none, such as a cancellation",
        "Lô hàng; không có khi chứng từ không khai hàng, ví dụ khi hủy tờ khai",
    ],
    &[
        group(
            "UCR",
            ["The enterprise's own numbers", "Số quản lý của doanh nghiệp"],
            &[leaf("TraderAssignedReferenceID", declaration::internal_number)],
        ),
        group(
            "Importer",
            ["The importer, on import", "Người nhập khẩu (tờ khai nhập khẩu)"],
            &[
                leaf("ID", declaration::importer_code),
                leaf("Name", declaration::importer_name),
                group(
                    "Address",
                    ["Address of the importer", "Địa chỉ người nhập khẩu"],
                    &[leaf("PostcodeID", declaration::importer_postcode), leaf("Line", declaration::importer_address)],
                ),
                group(
                    "Communication",
                    ["How the importer is reached", "Liên lạc với người nhập khẩu"],
                    &[leaf("ID", declaration::importer_telephone)],
                ),
                group(
                    "Principal",
                    ["For whom the importer acts", "Người ủy thác nhập khẩu"],
                    &[leaf("ID", declaration::import_principal_code), leaf("Name", declaration::import_principal_name)],
                ),
            ],
        ),
        group(
            "Exporter",
            ["The exporter, on export", "Người xuất khẩu (tờ khai xuất khẩu)"],
            &[
                leaf("ID", declaration::exporter_code),
                leaf("Name", declaration::exporter_name),
                group(
                    "Address",
                    ["Address of the exporter", "Địa chỉ người xuất khẩu"],
                    &[leaf("PostcodeID", declaration::exporter_postcode), leaf("Line", declaration::exporter_address)],
                ),
                group(
                    "Communication",
                    ["How the exporter is reached", "Liên lạc với người xuất khẩu"],
                    &[leaf("ID", declaration::exporter_telephone)],
                ),
                group(
                    "Principal",
                    ["For whom the exporter acts", "Người ủy thác xuất khẩu"],
                    &[leaf("ID", declaration::export_principal_code), leaf("Name", declaration::export_principal_name)],
                ),
            ],
        ),
        group(
            "Consignor",
            ["Who sends the goods from abroad, on import", "Người xuất khẩu ở nước ngoài (tờ khai nhập khẩu)"],
            &[
                leaf("ID", declaration::consignor_code),
                leaf("Name", declaration::consignor_name),
                group(
                    "Address",
                    ["Address of the consignor", "Địa chỉ người xuất khẩu"],
                    &[
                        leaf("PostcodeID", declaration::consignor_postcode),
                        leaf("StreetLine", declaration::consignor_address_1),
                        leaf("StreetAdditionalLine", declaration::consignor_address_2),
                        leaf("CityName", declaration::consignor_address_3),
                        leaf("CountrySubEntityName", declaration::consignor_address_4),
                        leaf("CountryCode", declaration::consignor_country),
                    ],
                ),
                group(
                    "Principal",
                    ["For whom the consignor acts", "Người ủy thác xuất khẩu"],
                    &[leaf("Name", declaration::consignor_principal_name)],
                ),
            ],
        ),
        group(
            "Consignee",
            ["Who receives the goods abroad, on export", "Người nhập khẩu ở nước ngoài (tờ khai xuất khẩu)"],
            &[
                leaf("ID", declaration::consignee_code),
                leaf("Name", declaration::consignee_name),
                group(
                    "Address",
                    ["Address of the consignee", "Địa chỉ người nhập khẩu"],
                    &[
                        leaf("PostcodeID", declaration::consignee_postcode),
                        leaf("StreetLine", declaration::consignee_address_1),
                        leaf("StreetAdditionalLine", declaration::consignee_address_2),
                        leaf("CityName", declaration::consignee_address_3),
                        leaf("CountrySubEntityName", declaration::consignee_address_4),
                        leaf("CountryCode", declaration::consignee_country),
                    ],
                ),
            ],
        ),
        group(
            "Invoice",
            ["The invoice", "Hóa đơn"],
            &[
                leaf("TypeCode", declaration::invoice_class),
                leaf("ElectronicReceiptID", declaration::electronic_invoice_number),
                leaf("ID", declaration::invoice_number),
                leaf("IssueDate", declaration::invoice_date),
                leaf("PaymentTermsCode", declaration::payment_terms),
                leaf("PriceTypeCode", declaration::price_kind),
                with("Amount", declaration::invoice_amount, &[("currencyID", declaration::invoice_currency)]),
            ],
        ),
        group(
            "TradeTerms",
            ["Terms of delivery", "Điều kiện giao hàng"],
            &[leaf("ConditionCode", declaration::terms_of_delivery)],
        ),
        SHIPMENT_VALUATION,
        CONSIGNMENT,
        GOODS_ITEM,
    ],
);

const SHIPMENT_VALUATION: Declared = group(
    "CustomsValuation",
    ["How the customs value of the shipment is found", "Khai trị giá hải quan của lô hàng"],
    &[
        leaf("MethodCode", declaration::valuation_method),
        leaf("ComprehensiveDeclarationID", declaration::comprehensive_valuation_number),
        with("BasePriceAmount", declaration::base_price_amount, &[("currencyID", declaration::base_price_currency)]),
        group(
            "Freight",
            ["Freight", "Phí vận chuyển"],
            &[
                leaf("TypeCode", declaration::freight_class),
                with("Amount", declaration::freight_amount, &[("currencyID", declaration::freight_currency)]),
            ],
        ),
        group(
            "Insurance",
            ["Insurance", "Phí bảo hiểm"],
            &[
                leaf("TypeCode", declaration::insurance_class),
                with("Amount", declaration::insurance_amount, &[("currencyID", declaration::insurance_currency)]),
                leaf("RegistrationID", declaration::insurance_registration),
            ],
        ),
        records(
            "ChargeDeduction",
            Scope::Adjustment,
            5,
            ["An addition to or deduction from the price", "Khoản điều chỉnh trị giá"],
            &[
                leaf("TitleCode", adjustment::title),
                leaf("TypeCode", adjustment::class),
                with("Amount", adjustment::amount, &[("currencyID", adjustment::currency)]),
                leaf("AllocationTotalNumeric", adjustment::allocation_total),
            ],
        ),
        leaf("DetailsDescription", declaration::valuation_details),
        leaf("AllocationTotalNumeric", declaration::allocation_total),
        with("TotalValueAmount", declaration::total_value_amount, &[("currencyID", declaration::total_value_currency)]),
        leaf("NoConversionCode", declaration::no_conversion),
    ],
);

const CONSIGNMENT: Declared = group(
    "Consignment",
    ["The goods as they are carried", "Vận chuyển lô hàng"],
    &[
        records(
            "TransportContractDocument",
            Scope::Bill,
            5,
            ["A transport document", "Vận đơn"],
            &[leaf("ID", bill::number)],
        ),
        with("TotalPackageQuantity", declaration::package_quantity, &[("unitCode", declaration::package_unit)]),
        with("GrossMassMeasure", declaration::gross_mass, &[("unitCode", declaration::gross_mass_unit)]),
        leaf("MarksNumbersID", declaration::marks_and_numbers),
        group(
            "Warehouse",
            ["Where the goods wait for clearance", "Địa điểm lưu kho chờ thông quan"],
            &[leaf("ID", declaration::warehouse), leaf("FirstEntryDate", declaration::first_warehouse_date)],
        ),
        group(
            "BorderTransportMeans",
            ["The means of transport that crosses the border", "Phương tiện vận chuyển qua biên giới"],
            &[
                leaf("ModeCode", declaration::transport_mode),
                leaf("ID", declaration::transport_means_code),
                leaf("Name", declaration::transport_means_name),
                leaf("ArrivalDate", declaration::arrival_date),
                leaf("DepartureDate", declaration::departure_date),
            ],
        ),
        group(
            "UnloadingLocation",
            ["Where the goods are unloaded", "Địa điểm dỡ hàng"],
            &[leaf("ID", declaration::unloading_place), leaf("Name", declaration::unloading_place_name)],
        ),
        group(
            "LoadingLocation",
            ["Where the goods are loaded", "Địa điểm xếp hàng"],
            &[leaf("ID", declaration::loading_place), leaf("Name", declaration::loading_place_name)],
        ),
        group(
            "FinalDestination",
            ["Where the goods are received in the end", "Địa điểm nhận hàng cuối cùng"],
            &[leaf("ID", declaration::final_destination), leaf("Name", declaration::final_destination_name)],
        ),
        leaf("ContainerQuantity", declaration::container_count),
        records(
            "TransportEquipment",
            Scope::Container,
            50,
            ["A container", "Container"],
            &[leaf("ID", container::number)],
        ),
        group(
            "Vanning",
            ["Where goods are loaded into containers or vehicles for export", "Địa điểm xếp hàng lên xe chở hàng"],
            &[
                records(
                    "VanningPlace",
                    Scope::VanningPlace,
                    5,
                    ["One place of vanning", "Một địa điểm xếp hàng"],
                    &[leaf("ID", vanning_place::code)],
                ),
                leaf("Name", declaration::vanning_place_name),
                leaf("AddressLine", declaration::vanning_place_address),
            ],
        ),
        group(
            "BondedTransport",
            [
                "Transport under customs control, declared together with the goods",
                "Vận chuyển bảo thuế khai cùng tờ khai",
            ],
            &[
                leaf("StartDate", declaration::transport_start_date),
                records(
                    "TransitLocation",
                    Scope::Transit,
                    3,
                    ["A place on the way", "Địa điểm trung chuyển"],
                    &[
                        leaf("ID", transit::location),
                        leaf("ArrivalDate", transit::arrival_date),
                        leaf("DepartureDate", transit::departure_date),
                    ],
                ),
                group(
                    "DestinationLocation",
                    ["Where the transport ends", "Địa điểm đích"],
                    &[
                        leaf("ID", declaration::bonded_destination),
                        leaf("ArrivalDate", declaration::bonded_arrival_date),
                    ],
                ),
            ],
        ),
    ],
);

const GOODS_ITEM: Declared = required(records(
    "GovernmentAgencyGoodsItem",
    Scope::GoodsItem,
    50,
    ["One line of goods as declared to customs", "Một dòng hàng"],
    &[
        leaf("SequenceNumeric", goods_item::sequence),
        required(group(
            "Commodity",
            ["What the goods are", "Hàng hóa"],
            &[
                leaf("Description", goods_item::goods_description),
                required(group(
                    "Classification",
                    ["Tariff classification", "Phân loại hàng hóa"],
                    &[leaf("ID", goods_item::commodity_code)],
                )),
                leaf("MaterialID", goods_item::material_code),
            ],
        )),
        required(group(
            "GoodsMeasure",
            ["How much there is", "Lượng hàng"],
            &[
                with("TariffQuantity", goods_item::quantity, &[("unitCode", goods_item::quantity_unit)]),
                with("SecondQuantity", goods_item::second_quantity, &[("unitCode", goods_item::second_quantity_unit)]),
            ],
        )),
        group(
            "InvoiceLine",
            ["The line on the invoice, in the invoice's currency", "Dòng hàng trên hóa đơn"],
            &[
                leaf("Amount", goods_item::invoice_value),
                with(
                    "UnitPriceAmount",
                    goods_item::unit_price,
                    &[("currencyID", goods_item::unit_price_currency), ("unitCode", goods_item::unit_price_unit)],
                ),
            ],
        ),
        group(
            "CustomsValuation",
            ["The customs value of the line, where it is declared by hand", "Trị giá tính thuế của dòng hàng"],
            &[
                with("Amount", goods_item::customs_value, &[("currencyID", goods_item::customs_value_currency)]),
                records(
                    "ChargeDeductionReference",
                    Scope::AdjustmentReference,
                    5,
                    [
                        "An addition or deduction of the shipment that concerns the line",
                        "Khoản điều chỉnh áp dụng cho dòng hàng",
                    ],
                    &[leaf("SequenceNumeric", adjustment_reference::number)],
                ),
            ],
        ),
        group("Origin", ["Where the goods were produced", "Xuất xứ"], &[leaf("CountryCode", goods_item::origin)]),
        group(
            "Duty",
            ["What the declarant says of the import or export duty", "Thuế nhập khẩu hoặc xuất khẩu"],
            &[
                leaf("TariffScheduleCode", goods_item::tariff_schedule),
                leaf("QuotaCode", goods_item::quota_class),
                leaf("SpecificRateCode", goods_item::specific_rate_code),
                leaf("RateNumeric", goods_item::manual_rate),
                with(
                    "SpecificRateAmount",
                    goods_item::manual_specific_rate,
                    &[
                        ("currencyID", goods_item::manual_specific_currency),
                        ("unitCode", goods_item::manual_specific_unit),
                    ],
                ),
                group(
                    "Exemption",
                    ["Exemption from or reduction of the duty", "Miễn thuế, giảm thuế"],
                    &[
                        leaf("Code", goods_item::exemption_code),
                        leaf("ReductionAmount", goods_item::reduction_amount),
                        leaf("ListID", goods_item::exemption_list),
                        leaf("ListLineNumeric", goods_item::exemption_list_line),
                    ],
                ),
            ],
        ),
        records(
            "OtherTax",
            Scope::OtherTax,
            5,
            ["A tax other than the import or export duty", "Thuế và thu khác"],
            &[
                leaf("TypeCode", other_tax::code),
                leaf("ExemptionCode", other_tax::exemption_code),
                leaf("ReductionAmount", other_tax::reduction_amount),
            ],
        ),
        group(
            "CertificateOfOrigin",
            ["The proof of origin on which a preferential rate rests", "Giấy chứng nhận xuất xứ"],
            &[
                leaf("FormCode", goods_item::certificate_form),
                leaf("ID", goods_item::certificate_number),
                leaf("IssueDate", goods_item::certificate_date),
                leaf("LateSubmissionIndicator", goods_item::certificate_late),
            ],
        ),
        group(
            "PreviousDocument",
            ["The line of the declaration of the temporary movement", "Dòng hàng trên tờ khai tạm nhập, tạm xuất"],
            &[leaf("LineNumeric", goods_item::temporary_line)],
        ),
        records(
            "OtherLaw",
            Scope::OtherLaw,
            5,
            ["Another law whose requirements the line meets", "Văn bản pháp quy khác của dòng hàng"],
            &[leaf("Code", other_law::code)],
        ),
    ],
));
