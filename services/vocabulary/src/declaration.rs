//! The declaration as it was lodged, with a place for every field of the national form.
//!
//! The names of the fields that stand in brackets in the documentation are those of VNACCS, the national declaration
//! system (Circular 38/2015/TT-BTC as amended, Annex on the declaration's particulars).

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::field::{Integer, Text, record};

record! {
    /// The statement by which a person indicates the procedure to apply to goods and gives the particulars (WCO 42A), as it was lodged: everything may be absent, nothing has been checked against the rules.
    pub struct Declaration: declaration / Declaration {
        /// Function of the document.
        function: Text = OneOf { values: &["9", "4", "1"] }, None, None, Always, "Function of the document", "Chức năng của chứng từ", "9 lodges, 4 amends, 1 cancels";
        /// Declarant's own reference of this declaration.
        reference: Text = Ascii { max: 35 }, None, None, Always, "Declarant's own reference of this declaration", "Số tham chiếu của người khai", "unique for each declaration of one enterprise";
        /// Version of the reference.
        version: Integer = Integer { digits: 4 }, None, None, Always, "Version of the reference", "Phiên bản của số tham chiếu", "1 on first lodgement, one more for each amendment";
        /// Whether the goods come in or go out.
        direction: Text = OneOf { values: &["IM", "EX"] }, None, None, Always, "Direction", "Nhập khẩu hoặc xuất khẩu", "IM import, EX export";
        /// Procedure stage.
        stage: Text = OneOf { values: &["pre-registration", "registration", "both"] }, None, None, Always, "Procedure stage", "Giai đoạn thủ tục", "pre-registration is IDA or EDA, registration is IDC or EDC, both is what a system normally sends";
        /// Declaration No. (VNACCS ICN, ECN on export).
        number: Text = Code { min: 12, max: 12 }, Some("ICN"), Some("ECN"), Conditional, "Declaration No.", "Số tờ khai", "";
        /// Reason of the amendment or cancellation, code.
        change_reason_code: Text = Code { min: 1, max: 5 }, None, None, Conditional, "Reason of the amendment or cancellation, code", "Mã lý do sửa đổi, hủy", "when the function is 4 or 1";
        /// Reason of the amendment or cancellation.
        change_reason: Text = Wide { max: 300 }, None, None, Conditional, "Reason of the amendment or cancellation", "Lý do sửa đổi, hủy", "when the function is 4 or 1";
        /// First declaration No. (VNACCS FIC).
        first_declaration_number: Text = Code { min: 1, max: 12 }, Some("FIC"), Some("FIC"), Conditional, "First declaration No.", "Số tờ khai đầu tiên", "";
        /// Branch number of divided Declaration (VNACCS BNO).
        branch_number: Integer = Integer { digits: 2 }, Some("BNO"), Some("BNO"), Conditional, "Branch number of divided Declaration", "Số nhánh của tờ khai chia nhỏ", "";
        /// Number of divisions of divided Declaration (VNACCS DNO).
        branch_total: Integer = Integer { digits: 2 }, Some("DNO"), Some("DNO"), Conditional, "Number of divisions of divided Declaration", "Tổng số tờ khai chia nhỏ", "";
        /// Declaration No. of Tentative import export declaration (VNACCS TDN).
        temporary_declaration_number: Integer = Integer { digits: 12 }, Some("TDN"), Some("TDN"), Conditional, "Declaration No. of Tentative import export declaration", "Số tờ khai tạm nhập tái xuất tương ứng", "";
        /// Declaration Kind Code (VNACCS ICB, ECB on export).
        kind: Text = Code { min: 3, max: 3 }, Some("ICB"), Some("ECB"), BothDirections, "Declaration Kind Code", "Mã loại hình", "";
        /// Cargo classification code (VNACCS CCC).
        cargo_class: Text = Code { min: 1, max: 1 }, Some("CCC"), Some("CCC"), Conditional, "Cargo classification code", "Mã phân loại hàng hóa", "";
        /// Means of transportation code (VNACCS MTC).
        transport_mode: Text = Code { min: 1, max: 1 }, Some("MTC"), Some("MTC"), BothDirections, "Means of transportation code", "Mã hiệu phương thức vận chuyển", "";
        /// Classification of Individual/Organization (VNACCS SKB on import).
        party_class: Text = Code { min: 1, max: 1 }, Some("SKB"), None, Import, "Classification of Individual/Organization", "Phân loại cá nhân/tổ chức", "";
        /// Customs Office (VNACCS CH).
        customs_office: Text = Code { min: 4, max: 6 }, Some("CH"), Some("CH"), Conditional, "Customs Office", "Cơ quan Hải quan", "unless a warehouse is declared, from which it is derived";
        /// Customs Sub-section (VNACCS CHB).
        customs_subsection: Text = Code { min: 2, max: 2 }, Some("CHB"), Some("CHB"), Conditional, "Customs Sub-section", "Mã bộ phận xử lý tờ khai (nhóm xử lý hồ sơ)", "";
        /// Time limit of re-export (VNACCS RED, RID on export).
        temporary_limit_date: Date = Date, Some("RED"), Some("RID"), Conditional, "Time limit of re-export", "Thời hạn tái nhập/tái xuất", "for temporary movements (kinds G11 to G14, G61)";
        /// Declaration Planned Date (VNACCS ICD, ECD on export).
        planned_date: Date = Date, Some("ICD"), Some("ECD"), Conditional, "Declaration Planned Date", "Ngày khai báo (dự kiến)", "";
        /// Planned Declarant Code (VNACCS ICC, ECC on export).
        planned_declarant: Text = Code { min: 5, max: 5 }, Some("ICC"), Some("ECC"), Conditional, "Planned Declarant Code", "Mã đại lý hải quan / người khai dự kiến", "";
        /// Importer Code (VNACCS IMC on import).
        importer_code: Text = Code { min: 10, max: 13 }, Some("IMC"), None, Conditional, "Importer Code", "Mã người nhập khẩu", "on import";
        /// Importer Name (VNACCS IMN on import).
        importer_name: Text = Wide { max: 300 }, Some("IMN"), None, Conditional, "Importer Name", "Tên người nhập khẩu", "";
        /// Postcode (VNACCS IMY on import).
        importer_postcode: Text = Ascii { max: 7 }, Some("IMY"), None, Conditional, "Postcode", "Mã bưu chính", "";
        /// Address of Importer (VNACCS IMA on import).
        importer_address: Text = Wide { max: 300 }, Some("IMA"), None, Conditional, "Address of Importer", "Địa chỉ người nhập khẩu", "";
        /// Telephone number of Importer (VNACCS IMT on import).
        importer_telephone: Text = Ascii { max: 20 }, Some("IMT"), None, Conditional, "Telephone number of Importer", "Số điện thoại người nhập khẩu", "";
        /// Import contractor code (VNACCS NMC on import).
        import_principal_code: Text = Code { min: 10, max: 13 }, Some("NMC"), None, Conditional, "Import contractor code", "Mã người ủy thác nhập khẩu", "when the principal's name is declared";
        /// Import contractor name (VNACCS NMN on import).
        import_principal_name: Text = Wide { max: 300 }, Some("NMN"), None, Conditional, "Import contractor name", "Tên người ủy thác nhập khẩu", "";
        /// Exporter Code (VNACCS EPC on export).
        exporter_code: Text = Code { min: 10, max: 13 }, None, Some("EPC"), Conditional, "Exporter Code", "Mã người xuất khẩu", "on export";
        /// Exporter Name (VNACCS EPN on export).
        exporter_name: Text = Wide { max: 300 }, None, Some("EPN"), Conditional, "Exporter Name", "Tên người xuất khẩu", "";
        /// Postcode (VNACCS EPP on export).
        exporter_postcode: Text = Ascii { max: 7 }, None, Some("EPP"), Conditional, "Postcode", "Mã bưu chính", "";
        /// Address of Exporter (VNACCS EPA on export).
        exporter_address: Text = Wide { max: 300 }, None, Some("EPA"), Conditional, "Address of Exporter", "Địa chỉ người xuất khẩu", "";
        /// Telephone number of Exporter (VNACCS EPT on export).
        exporter_telephone: Text = Ascii { max: 20 }, None, Some("EPT"), Conditional, "Telephone number of Exporter", "Số điện thoại", "";
        /// Export contractor code (VNACCS EXC on export).
        export_principal_code: Text = Code { min: 10, max: 13 }, None, Some("EXC"), Conditional, "Export contractor code", "Mã người ủy thác xuất khẩu", "";
        /// Export contractor name (VNACCS EXN on export).
        export_principal_name: Text = Wide { max: 300 }, None, Some("EXN"), Conditional, "Export contractor name", "Tên người ủy thác xuất khẩu", "";
        /// Consignor code (VNACCS EPC on import).
        consignor_code: Text = Code { min: 1, max: 13 }, Some("EPC"), None, Conditional, "Consignor code", "Mã người xuất khẩu", "";
        /// Consignor name (VNACCS EPN on import).
        consignor_name: Text = Ascii { max: 70 }, Some("EPN"), None, Import, "Consignor name", "Tên người xuất khẩu", "";
        /// Postcode identification (VNACCS EPY on import).
        consignor_postcode: Text = Ascii { max: 9 }, Some("EPY"), None, Conditional, "Postcode identification", "Mã bưu chính", "";
        /// Address 1 (Street and number/P.O.BOX) (VNACCS EPA on import).
        consignor_address_1: Text = Ascii { max: 35 }, Some("EPA"), None, Conditional, "Address 1 (Street and number/P.O.BOX)", "Địa chỉ 1", "";
        /// Address 2 (Street and number/P.O.BOX) (VNACCS EP2 on import).
        consignor_address_2: Text = Ascii { max: 35 }, Some("EP2"), None, Conditional, "Address 2 (Street and number/P.O.BOX)", "Địa chỉ 2", "";
        /// Address 3(City name) (VNACCS EP3 on import).
        consignor_address_3: Text = Ascii { max: 35 }, Some("EP3"), None, Conditional, "Address 3(City name)", "Địa chỉ 3 (thành phố)", "";
        /// Address 4(Country sub-entity, name) (VNACCS EP4 on import).
        consignor_address_4: Text = Ascii { max: 35 }, Some("EP4"), None, Conditional, "Address 4(Country sub-entity, name)", "Địa chỉ 4 (nước)", "";
        /// Country Code(Country, coded) (VNACCS EPO on import).
        consignor_country: Text = Code { min: 2, max: 2 }, Some("EPO"), None, Conditional, "Country Code(Country, coded)", "Mã nước", "";
        /// Export consigner name (VNACCS ENM on import).
        consignor_principal_name: Text = Ascii { max: 70 }, Some("ENM"), None, Conditional, "Export consigner name", "Tên người ủy thác xuất khẩu", "";
        /// Consignee Code (VNACCS CGC on export).
        consignee_code: Text = Code { min: 1, max: 13 }, None, Some("CGC"), Conditional, "Consignee Code", "Mã người nhập khẩu", "";
        /// Consignee Name (VNACCS CGN on export).
        consignee_name: Text = Ascii { max: 70 }, None, Some("CGN"), Export, "Consignee Name", "Tên người nhập khẩu", "";
        /// Postcode identification (VNACCS CGP on export).
        consignee_postcode: Text = Ascii { max: 9 }, None, Some("CGP"), Conditional, "Postcode identification", "Mã bưu chính", "";
        /// Address 1 (Street and number/P.O.BOX) (VNACCS CGA on export).
        consignee_address_1: Text = Ascii { max: 35 }, None, Some("CGA"), Conditional, "Address 1 (Street and number/P.O.BOX)", "Địa chỉ 1", "";
        /// Address 2 (Street and number/P.O.BOX) (VNACCS CAT on export).
        consignee_address_2: Text = Ascii { max: 35 }, None, Some("CAT"), Conditional, "Address 2 (Street and number/P.O.BOX)", "Địa chỉ 2", "";
        /// Address 3(City name) (VNACCS CAC on export).
        consignee_address_3: Text = Ascii { max: 35 }, None, Some("CAC"), Conditional, "Address 3(City name)", "Địa chỉ 3", "";
        /// Address 4(Country sub-entity, name) (VNACCS CAS on export).
        consignee_address_4: Text = Ascii { max: 35 }, None, Some("CAS"), Conditional, "Address 4(Country sub-entity, name)", "Địa chỉ 4", "";
        /// Country Code (Country, coded) (VNACCS CGK on export).
        consignee_country: Text = Code { min: 2, max: 2 }, None, Some("CGK"), Conditional, "Country Code (Country, coded)", "Mã nước", "";
        /// Cargo Piece (VNACCS NO).
        package_quantity: Integer = Integer { digits: 8 }, Some("NO"), Some("NO"), BothDirections, "Cargo Piece", "Số lượng kiện", "";
        /// Piece Unit Code (VNACCS NOT).
        package_unit: Text = Code { min: 2, max: 3 }, Some("NOT"), Some("NOT"), BothDirections, "Piece Unit Code", "Mã đơn vị tính kiện", "";
        /// Cargo Weight (Gross) (VNACCS GW).
        gross_mass: Decimal = Decimal { length: 10, scale: 3 }, Some("GW"), Some("GW"), Conditional, "Cargo Weight (Gross)", "Tổng trọng lượng hàng (Gross)", "unless the mode of transport is 9";
        /// Weight Unit Code (Gross) (VNACCS GWT).
        gross_mass_unit: Text = Code { min: 3, max: 3 }, Some("GWT"), Some("GWT"), Conditional, "Weight Unit Code (Gross)", "Mã đơn vị tính trọng lượng", "with the gross mass";
        /// Customs Warehouse Code (VNACCS ST).
        warehouse: Text = Code { min: 7, max: 7 }, Some("ST"), Some("ST"), Conditional, "Customs Warehouse Code", "Mã địa điểm lưu kho hàng chờ thông quan dự kiến", "";
        /// Marks and numbers (VNACCS MRK).
        marks_and_numbers: Text = Ascii { max: 140 }, Some("MRK"), Some("MRK"), Conditional, "Marks and numbers", "Ký hiệu và số hiệu", "";
        /// Loading vessel code (VNACCS VSC).
        transport_means_code: Text = Ascii { max: 9 }, Some("VSC"), Some("VSC"), Conditional, "Loading vessel code", "Mã phương tiện (call sign)", "";
        /// Loading vessel (aircraft) name (VNACCS VSN).
        transport_means_name: Text = Ascii { max: 35 }, Some("VSN"), Some("VSN"), Conditional, "Loading vessel (aircraft) name", "Phương tiện vận chuyển", "";
        /// Arrival date (VNACCS ARR on import).
        arrival_date: Date = Date, Some("ARR"), None, Import, "Arrival date", "Ngày hàng đến", "";
        /// Departure Planned Date (VNACCS SYM on export).
        departure_date: Date = Date, None, Some("SYM"), Export, "Departure Planned Date", "Ngày hàng đi dự kiến", "";
        /// Unloading port code (VNACCS DST on import).
        unloading_place: Text = Code { min: 5, max: 6 }, Some("DST"), None, Conditional, "Unloading port code", "Mã địa điểm dỡ hàng", "";
        /// Unloading port name (VNACCS DSN on import).
        unloading_place_name: Text = Ascii { max: 35 }, Some("DSN"), None, Conditional, "Unloading port name", "Tên địa điểm dỡ hàng", "";
        /// Loading location code (VNACCS PSC).
        loading_place: Text = Code { min: 5, max: 6 }, Some("PSC"), Some("PSC"), BothDirections, "Loading location code", "Mã địa điểm xếp hàng", "";
        /// Loading location name (VNACCS PSN).
        loading_place_name: Text = Ascii { max: 35 }, Some("PSN"), Some("PSN"), Conditional, "Loading location name", "Tên địa điểm xếp hàng", "";
        /// The final Destination Code (VNACCS DSC on export).
        final_destination: Text = Code { min: 5, max: 5 }, None, Some("DSC"), Export, "The final Destination Code", "Mã địa điểm nhận hàng cuối cùng", "";
        /// The final Destination Name (VNACCS DSN on export).
        final_destination_name: Text = Ascii { max: 35 }, None, Some("DSN"), Conditional, "The final Destination Name", "Tên địa điểm nhận hàng cuối cùng", "";
        /// Number of handled containers (VNACCS COC on import).
        container_count: Integer = Integer { digits: 3 }, Some("COC"), None, Conditional, "Number of handled containers", "Số lượng container", "when the mode of transport is 2";
        /// Result code of inspection (VNACCS N4 on import).
        pre_inspection: Text = Code { min: 1, max: 1 }, Some("N4"), None, Conditional, "Result code of inspection", "Mã kết quả kiểm tra nội dung (xem hàng trước)", "";
        /// Invoice Classification Code (VNACCS IV1).
        invoice_class: Text = Code { min: 1, max: 1 }, Some("IV1"), Some("IV1"), Conditional, "Invoice Classification Code", "Phân loại hình thức hóa đơn", "";
        /// Electronic invoice receipt No. (VNACCS IV2).
        electronic_invoice_number: Integer = Integer { digits: 12 }, Some("IV2"), Some("IV2"), Conditional, "Electronic invoice receipt No.", "Số tiếp nhận hóa đơn điện tử", "when the invoice class is D";
        /// Invoice No. (VNACCS IV3).
        invoice_number: Text = Ascii { max: 35 }, Some("IV3"), Some("IV3"), Conditional, "Invoice No.", "Số hóa đơn", "";
        /// Invoice date (VNACCS IVD).
        invoice_date: Date = Date, Some("IVD"), Some("IVD"), Conditional, "Invoice date", "Ngày phát hành hóa đơn", "";
        /// Term of payment (VNACCS IVP).
        payment_terms: Text = Ascii { max: 7 }, Some("IVP"), Some("IVP"), Conditional, "Term of payment", "Phương thức thanh toán", "";
        /// Invoice Price Kind Code (VNACCS IP1).
        price_kind: Text = Code { min: 1, max: 1 }, Some("IP1"), Some("IP1"), Export, "Invoice Price Kind Code", "Mã phân loại giá hóa đơn", "";
        /// Invoice price condition code (VNACCS IP2).
        terms_of_delivery: Text = Listed { max: 3 }, Some("IP2"), Some("IP2"), Export, "Invoice price condition code", "Điều kiện giá hóa đơn (Incoterms)", "on export; on import whenever an invoice value is declared";
        /// Invoice Currency Code (VNACCS IP3).
        invoice_currency: Text = Code { min: 3, max: 3 }, Some("IP3"), Some("IP3"), Export, "Invoice Currency Code", "Mã đồng tiền của hóa đơn", "with the invoice amount";
        /// Total Invoice Price (VNACCS IP4).
        invoice_amount: Decimal = Decimal { length: 20, scale: 4 }, Some("IP4"), Some("IP4"), Export, "Total Invoice Price", "Tổng trị giá hóa đơn", "on export; on import whenever an invoice value is declared";
        /// Valuation declaration demarcation code (VNACCS VD1 on import).
        valuation_method: Text = Code { min: 1, max: 1 }, Some("VD1"), None, Conditional, "Valuation declaration demarcation code", "Mã phân loại khai trị giá", "";
        /// Accepted number of comprehensive valuation declaration (VNACCS VD2 on import).
        comprehensive_valuation_number: Text = Ascii { max: 9 }, Some("VD2"), None, Conditional, "Accepted number of comprehensive valuation declaration", "Số tiếp nhận tờ khai trị giá tổng hợp", "reserved: not to be declared";
        /// Currency code of base price for valuation adjustment (for comprehensive valuation declaration) (VNACCS VCC on import).
        base_price_currency: Text = Code { min: 3, max: 3 }, Some("VCC"), None, Conditional, "Currency code of base price for valuation adjustment (for comprehensive valuation declaration)", "Mã tiền tệ giá cơ sở hiệu chỉnh trị giá", "reserved: not to be declared";
        /// Base price for valuation adjustment (for comprehensive valuation declaration) (VNACCS VPC on import).
        base_price_amount: Decimal = Decimal { length: 20, scale: 4 }, Some("VPC"), None, Conditional, "Base price for valuation adjustment (for comprehensive valuation declaration)", "Giá cơ sở để hiệu chỉnh trị giá", "reserved: not to be declared";
        /// Freight demarcation code (VNACCS FR1 on import).
        freight_class: Text = Code { min: 1, max: 1 }, Some("FR1"), None, Conditional, "Freight demarcation code", "Mã phân loại phí vận chuyển", "";
        /// Freight currency code (VNACCS FR2 on import).
        freight_currency: Text = Code { min: 3, max: 3 }, Some("FR2"), None, Conditional, "Freight currency code", "Mã tiền tệ phí vận chuyển", "with the freight amount";
        /// Freight (VNACCS FR3 on import).
        freight_amount: Decimal = Decimal { length: 18, scale: 4 }, Some("FR3"), None, Conditional, "Freight", "Phí vận chuyển", "";
        /// Insurance demarcation code (VNACCS IN1 on import).
        insurance_class: Text = Code { min: 1, max: 1 }, Some("IN1"), None, Conditional, "Insurance demarcation code", "Mã phân loại bảo hiểm", "";
        /// Insurance currency code (VNACCS IN2 on import).
        insurance_currency: Text = Code { min: 3, max: 3 }, Some("IN2"), None, Conditional, "Insurance currency code", "Mã tiền tệ phí bảo hiểm", "with the insurance amount";
        /// Insurance amount (VNACCS IN3 on import).
        insurance_amount: Decimal = Decimal { length: 16, scale: 4 }, Some("IN3"), None, Conditional, "Insurance amount", "Phí bảo hiểm", "";
        /// Registration number of comprehensive insurance (VNACCS IN4 on import).
        insurance_registration: Text = Ascii { max: 6 }, Some("IN4"), None, Conditional, "Registration number of comprehensive insurance", "Số đăng ký bảo hiểm tổng hợp", "reserved: not to be declared";
        /// Details of valuation (VNACCS VLD on import).
        valuation_details: Text = Wide { max: 840 }, Some("VLD"), None, Conditional, "Details of valuation", "Chi tiết khai trị giá", "";
        /// Total of proportional distribution on Tax value (VNACCS TP).
        allocation_total: Decimal = Decimal { length: 20, scale: 4 }, Some("TP"), Some("TP"), Conditional, "Total of proportional distribution on Tax value", "Tổng hệ số phân bổ trị giá tính thuế", "";
        /// Currency Code of total of tax value (VNACCS FCD on export).
        total_value_currency: Text = Code { min: 3, max: 3 }, None, Some("FCD"), Conditional, "Currency Code of total of tax value", "Mã đồng tiền của tổng trị giá tính thuế", "with the total of the customs value, unless the terms are FOB, DAP or DAF";
        /// Total of tax value (VNACCS FKK on export).
        total_value_amount: Decimal = Decimal { length: 20, scale: 4 }, None, Some("FKK"), Conditional, "Total of tax value", "Tổng trị giá tính thuế", "";
        /// Classification of non-converting into VND (VNACCS CNV on export).
        no_conversion: Text = Code { min: 1, max: 1 }, None, Some("CNV"), Conditional, "Classification of non-converting into VND", "Phân loại không cần quy đổi VND", "";
        /// Tax payer (VNACCS TPM).
        taxpayer: Text = Code { min: 1, max: 1 }, Some("TPM"), Some("TPM"), Conditional, "Tax payer", "Người nộp thuế", "";
        /// Release before permit request's reason code (VNACCS BP on import).
        release_reason: Text = Code { min: 1, max: 1 }, Some("BP"), None, Conditional, "Release before permit request's reason code", "Mã lý do đề nghị giải phóng hàng (BP)", "";
        /// Bank payment code (VNACCS BRC).
        bank_payment_bank: Text = Code { min: 1, max: 11 }, Some("BRC"), Some("BRC"), Conditional, "Bank payment code", "Mã ngân hàng trả thuế thay", "";
        /// Bank payment Issued year (VNACCS BYA).
        bank_payment_year: Integer = Integer { digits: 4 }, Some("BYA"), Some("BYA"), Conditional, "Bank payment Issued year", "Năm phát hành hạn mức", "with the paying bank";
        /// Bank Payment sign (VNACCS BCM).
        bank_payment_sign: Text = Ascii { max: 10 }, Some("BCM"), Some("BCM"), Conditional, "Bank Payment sign", "Ký hiệu chứng từ hạn mức", "with the paying bank";
        /// Bank Payment No. (VNACCS BCN).
        bank_payment_number: Text = Ascii { max: 10 }, Some("BCN"), Some("BCN"), Conditional, "Bank Payment No.", "Số chứng từ hạn mức", "with the paying bank";
        /// Code of extending due date for payment (VNACCS ENC).
        due_date_code: Text = Code { min: 1, max: 1 }, Some("ENC"), Some("ENC"), Conditional, "Code of extending due date for payment", "Mã xác định thời hạn nộp thuế", "";
        /// Security supplier Bank code (VNACCS SBC).
        guarantee_bank: Text = Code { min: 1, max: 11 }, Some("SBC"), Some("SBC"), Conditional, "Security supplier Bank code", "Mã ngân hàng bảo lãnh", "";
        /// Issued year (VNACCS RYA).
        guarantee_year: Integer = Integer { digits: 4 }, Some("RYA"), Some("RYA"), Conditional, "Issued year", "Năm phát hành bảo lãnh", "with the guaranteeing bank";
        /// Security bank sign (VNACCS SCM).
        guarantee_sign: Text = Ascii { max: 10 }, Some("SCM"), Some("SCM"), Conditional, "Security bank sign", "Ký hiệu chứng từ bảo lãnh", "with the guaranteeing bank";
        /// Security No. (VNACCS SCN).
        guarantee_number: Text = Ascii { max: 10 }, Some("SCN"), Some("SCN"), Conditional, "Security No.", "Số chứng từ bảo lãnh", "with the guaranteeing bank";
        /// Date of initial permit of carrying in warehouse deposit (VNACCS ISD on import).
        first_warehouse_date: Date = Date, Some("ISD"), None, Conditional, "Date of initial permit of carrying in warehouse deposit", "Ngày được phép nhập kho đầu tiên", "";
        /// Start date of transport (VNACCS DPD).
        transport_start_date: Date = Date, Some("DPD"), Some("DPD"), Conditional, "Start date of transport", "Ngày khởi hành vận chuyển", "";
        /// Destination location for bonded transport (simultaneous declaration) (VNACCS ARP).
        bonded_destination: Text = Code { min: 7, max: 7 }, Some("ARP"), Some("ARP"), Conditional, "Destination location for bonded transport (simultaneous declaration)", "Địa điểm đích cho vận chuyển bảo thuế", "";
        /// Arrival date of transport (VNACCS ADT).
        bonded_arrival_date: Date = Date, Some("ADT"), Some("ADT"), Conditional, "Arrival date of transport", "Ngày dự kiến đến", "";
        /// Vanning Place Name (VNACCS VN on export).
        vanning_place_name: Text = Ascii { max: 70 }, None, Some("VN"), Conditional, "Vanning Place Name", "Tên địa điểm xếp hàng", "";
        /// Vanning Place Address (VNACCS VA on export).
        vanning_place_address: Text = Wide { max: 300 }, None, Some("VA"), Conditional, "Vanning Place Address", "Địa chỉ địa điểm xếp hàng", "";
        /// Notes (VNACCS NT2).
        notes: Text = Wide { max: 300 }, Some("NT2"), Some("NT2"), Conditional, "Notes", "Phần ghi chú", "";
        /// Enterprise internal control number (VNACCS REF).
        internal_number: Text = Ascii { max: 20 }, Some("REF"), Some("REF"), Conditional, "Enterprise internal control number", "Số quản lý nội bộ của doanh nghiệp", "";
        /// Customs instruction classification (VNACCS CCM).
        instruction_class: Text = Code { min: 1, max: 1 }, Some("CCM"), Some("CCM"), Conditional, "Customs instruction classification", "Phân loại chỉ thị của Hải quan", "customs only";
        [bills: Bill; 5]
        [permits: Permit; 5]
        [other_laws: OtherLaw; 5]
        [adjustments: Adjustment; 5]
        [attachments: Attachment; 3]
        [transits: Transit; 3]
        [containers: Container; 50]
        [vanning_places: VanningPlace; 5]
        [instructions: Instruction; 10]
        [goods_items: GoodsItem; 50]
    }
}

record! {
    /// A transport document: bill of lading, air waybill and the like.
    pub struct Bill: bill / Bill {
        /// Cargo No. (B/L No., AWB No. etc....) (VNACCS BL1, EKN on export).
        number: Text = Ascii { max: 35 }, Some("BL1"), Some("EKN"), Always, "Cargo No. (B/L No., AWB No. etc....)", "Số vận đơn", "";
    }
}

record! {
    /// A permit or licence that the declarant relies on.
    pub struct Permit: permit / Permit {
        /// Permit type (VNACCS SS1).
        kind: Text = Code { min: 1, max: 4 }, Some("SS1"), Some("SS1"), Conditional, "Permit type", "Phân loại giấy phép", "";
        /// Permit/license No. (VNACCS SN1).
        number: Text = Ascii { max: 20 }, Some("SN1"), Some("SN1"), Conditional, "Permit/license No.", "Số giấy phép", "";
        /// Date of issue of the permit.
        issue_date: Date = Date, None, None, Conditional, "Date of issue of the permit", "Ngày cấp giấy phép", "";
        /// Date of expiry of the permit.
        expiry_date: Date = Date, None, None, Conditional, "Date of expiry of the permit", "Ngày hết hạn giấy phép", "";
    }
}

record! {
    /// Another law whose requirements the goods meet.
    pub struct OtherLaw: other_law / OtherLaw {
        /// Other Law code (VNACCS OL1).
        code: Text = Code { min: 2, max: 2 }, Some("OL1"), Some("OL1"), Always, "Other Law code", "Mã văn bản pháp quy khác", "";
    }
}

record! {
    /// An addition to or deduction from the price, for the customs value (Circular 39/2015/TT-BTC).
    pub struct Adjustment: adjustment / Adjustment {
        /// Code of valuation declaration title (VNACCS VR1 on import).
        title: Text = Code { min: 1, max: 1 }, Some("VR1"), None, Conditional, "Code of valuation declaration title", "Mã tên khoản điều chỉnh", "";
        /// Valuation adjustment demarcation code (VNACCS VI1 on import).
        class: Text = Code { min: 2, max: 2 }, Some("VI1"), None, Conditional, "Valuation adjustment demarcation code", "Mã phân loại điều chỉnh trị giá", "";
        /// Currency code of evaluated amount (VNACCS VC1 on import).
        currency: Text = Code { min: 3, max: 3 }, Some("VC1"), None, Conditional, "Currency code of evaluated amount", "Mã đồng tiền của khoản điều chỉnh", "";
        /// Evaluated amount (VNACCS VP1 on import).
        amount: Decimal = Decimal { length: 20, scale: 4 }, Some("VP1"), None, Conditional, "Evaluated amount", "Trị giá khoản điều chỉnh", "";
        /// Total of proportional distribution on evaluated amount (VNACCS VT1 on import).
        allocation_total: Decimal = Decimal { length: 20, scale: 4 }, Some("VT1"), None, Conditional, "Total of proportional distribution on evaluated amount", "Tổng hệ số phân bổ trị giá khoản điều chỉnh", "";
    }
}

record! {
    /// An attachment that was lodged electronically.
    pub struct Attachment: attachment / Attachment {
        /// Classification of dossiers attachment (VNACCS EA1).
        class: Text = Code { min: 2, max: 3 }, Some("EA1"), Some("EA1"), Conditional, "Classification of dossiers attachment", "Phân loại đính kèm khai báo điện tử", "";
        /// Electronic Declaration No. for attached document (VNACCS EB1).
        number: Integer = Integer { digits: 12 }, Some("EB1"), Some("EB1"), Conditional, "Electronic Declaration No. for attached document", "Số đính kèm khai báo điện tử", "";
    }
}

record! {
    /// A place on the way of a bonded transport.
    pub struct Transit: transit / Transit {
        /// Transit location for bonded transport (simultaneous declaration) (VNACCS ST1).
        location: Text = Code { min: 7, max: 7 }, Some("ST1"), Some("ST1"), Conditional, "Transit location for bonded transport (simultaneous declaration)", "Địa điểm trung chuyển", "";
        /// Arrival date of transport (transit location) (VNACCS AD1).
        arrival_date: Date = Date, Some("AD1"), Some("AD1"), Conditional, "Arrival date of transport (transit location)", "Ngày đến địa điểm trung chuyển", "";
        /// Start date of transport (transit location) (VNACCS SD1).
        departure_date: Date = Date, Some("SD1"), Some("SD1"), Conditional, "Start date of transport (transit location)", "Ngày rời địa điểm trung chuyển", "";
    }
}

record! {
    /// A container (WCO 31B).
    pub struct Container: container / Container {
        /// Container No. (VNACCS C01 on export).
        number: Text = Code { min: 1, max: 12 }, None, Some("C01"), Always, "Container No.", "Số container", "";
    }
}

record! {
    /// Where goods are loaded for export.
    pub struct VanningPlace: vanning_place / VanningPlace {
        /// Vanning Place Code (VNACCS VC1 on export).
        code: Text = Code { min: 7, max: 7 }, None, Some("VC1"), Always, "Vanning Place Code", "Mã địa điểm xếp hàng lên xe (vanning)", "";
    }
}

record! {
    /// What customs instructed the declarant to do; only an officer enters it.
    pub struct Instruction: instruction / Instruction {
        /// Date of customs instruction (VNACCS D01).
        date: Date = Date, Some("D01"), Some("D01"), Conditional, "Date of customs instruction", "Ngày chỉ thị của hải quan", "";
        /// Case title of customs instruction (VNACCS T01).
        title: Text = Wide { max: 120 }, Some("T01"), Some("T01"), Conditional, "Case title of customs instruction", "Tên (trích yếu) chỉ thị", "";
        /// Content of customs instruction (VNACCS I01).
        content: Text = Wide { max: 420 }, Some("I01"), Some("I01"), Conditional, "Content of customs instruction", "Nội dung chỉ thị", "";
    }
}

record! {
    /// One line of goods as declared to customs (WCO 68A).
    pub struct GoodsItem: goods_item / GoodsItem {
        /// Number of the line.
        sequence: Integer = Integer { digits: 2 }, None, None, Always, "Number of the line", "Số thứ tự dòng hàng", "1 for the first line, then one more each";
        /// HS code (VNACCS CMD).
        commodity_code: Text = Digits { min: 8, max: 8 }, Some("CMD"), Some("CMD"), Always, "HS code", "Mã số hàng hóa (HS)", "";
        /// Item Name (VNACCS CMN).
        goods_description: Text = Wide { max: 600 }, Some("CMN"), Some("CMN"), Always, "Item Name", "Mô tả hàng hóa", "";
        /// Material code (VNACCS GZC, COC on export).
        material_code: Text = Ascii { max: 7 }, Some("GZC"), Some("COC"), Conditional, "Material code", "Mã quản lý riêng / mã nguyên phụ liệu", "";
        /// Place of origin code (VNACCS OR on import).
        origin: Text = Code { min: 2, max: 2 }, Some("OR"), None, Import, "Place of origin code", "Mã nước xuất xứ", "";
        /// Import tax classification code (VNACCS ORS on import).
        tariff_schedule: Text = Code { min: 3, max: 3 }, Some("ORS"), None, Conditional, "Import tax classification code", "Mã biểu thuế nhập khẩu", "";
        /// Tariff quota Classification (VNACCS KWS on import).
        quota_class: Text = Code { min: 1, max: 1 }, Some("KWS"), None, Conditional, "Tariff quota Classification", "Mã ngoài hạn ngạch", "X when the quota is exceeded";
        /// Per-unit tax code (VNACCS SPD on import).
        specific_rate_code: Text = Code { min: 1, max: 10 }, Some("SPD"), None, Conditional, "Per-unit tax code", "Mã áp dụng mức thuế tuyệt đối", "for specific or mixed rates";
        /// Duty rate (VNACCS TXA).
        manual_rate: Decimal = Decimal { length: 10, scale: 4 }, Some("TXA"), Some("TXA"), Conditional, "Duty rate", "Thuế suất (nhập thủ công)", "";
        /// Absolute tariff rate (VNACCS TXB).
        manual_specific_rate: Decimal = Decimal { length: 10, scale: 4 }, Some("TXB"), Some("TXB"), Conditional, "Absolute tariff rate", "Mức thuế tuyệt đối", "";
        /// Unit code of determination of absolute duty rate (VNACCS TXC).
        manual_specific_unit: Text = Code { min: 2, max: 4 }, Some("TXC"), Some("TXC"), Conditional, "Unit code of determination of absolute duty rate", "Mã đơn vị tính thuế tuyệt đối", "";
        /// Currency code of absolute duty rate (VNACCS TXD).
        manual_specific_currency: Text = Code { min: 3, max: 3 }, Some("TXD"), Some("TXD"), Conditional, "Currency code of absolute duty rate", "Mã đồng tiền của mức thuế tuyệt đối", "";
        /// Quantity (1) (VNACCS QN1).
        quantity: Decimal = Decimal { length: 12, scale: 2 }, Some("QN1"), Some("QN1"), Always, "Quantity (1)", "Số lượng (1)", "";
        /// Quantity Unit Code (1) (VNACCS QT1).
        quantity_unit: Text = Code { min: 2, max: 4 }, Some("QT1"), Some("QT1"), Always, "Quantity Unit Code (1)", "Mã đơn vị tính (1)", "";
        /// Quantity (2) (VNACCS QN2).
        second_quantity: Decimal = Decimal { length: 12, scale: 2 }, Some("QN2"), Some("QN2"), Conditional, "Quantity (2)", "Số lượng (2)", "";
        /// Quantity Unit Code (2) (VNACCS QT2).
        second_quantity_unit: Text = Code { min: 2, max: 4 }, Some("QT2"), Some("QT2"), Conditional, "Quantity Unit Code (2)", "Mã đơn vị tính (2)", "with the second quantity";
        /// Invoice Value (VNACCS BPR).
        invoice_value: Decimal = Decimal { length: 20, scale: 4 }, Some("BPR"), Some("BPR"), Conditional, "Invoice Value", "Trị giá hóa đơn", "unless the customs value is declared by hand";
        /// Invoice Unit price (VNACCS UPR).
        unit_price: Decimal = Decimal { length: 9, scale: 6 }, Some("UPR"), Some("UPR"), Conditional, "Invoice Unit price", "Đơn giá hóa đơn", "";
        /// Unit price currency code (VNACCS UPC).
        unit_price_currency: Text = Code { min: 3, max: 3 }, Some("UPC"), Some("UPC"), Conditional, "Unit price currency code", "Mã đồng tiền của đơn giá", "with the unit price";
        /// Price quantity unit (VNACCS TSC).
        unit_price_unit: Text = Code { min: 2, max: 4 }, Some("TSC"), Some("TSC"), Conditional, "Price quantity unit", "Đơn vị của đơn giá và số lượng", "with the unit price";
        /// customs value currency code (VNACCS BPC).
        customs_value_currency: Text = Code { min: 3, max: 3 }, Some("BPC"), Some("BPC"), Conditional, "customs value currency code", "Mã đồng tiền trị giá tính thuế", "with the customs value";
        /// Customs value (VNACCS DPR).
        customs_value: Decimal = Decimal { length: 20, scale: 4 }, Some("DPR"), Some("DPR"), Conditional, "Customs value", "Trị giá tính thuế (nhập thủ công)", "when the valuation method is 1, 2, 3, 4, 8, 9 or T";
        /// Corresponded line number for Tentative import export declaration (VNACCS TDL).
        temporary_line: Integer = Integer { digits: 2 }, Some("TDL"), Some("TDL"), Conditional, "Corresponded line number for Tentative import export declaration", "Số thứ tự dòng hàng trên tờ khai TNTX tương ứng", "with the temporary declaration's number";
        /// Tax exemption list No. (VNACCS TXN).
        exemption_list: Text = Code { min: 12, max: 12 }, Some("TXN"), Some("TXN"), Conditional, "Tax exemption list No.", "Số đăng ký danh mục miễn thuế", "with the line of the exemption list";
        /// Target line number within tax exemption list (VNACCS TXR).
        exemption_list_line: Integer = Integer { digits: 3 }, Some("TXR"), Some("TXR"), Conditional, "Target line number within tax exemption list", "Số dòng trong danh mục miễn thuế", "with the number of the exemption list";
        /// Exemption/Reduction code for Import tax (VNACCS RE).
        exemption_code: Text = Code { min: 2, max: 5 }, Some("RE"), Some("RE"), Conditional, "Exemption/Reduction code for Import tax", "Mã miễn/giảm/không chịu thuế nhập khẩu", "";
        /// Reduction amount for Import tax (VNACCS REG).
        reduction_amount: Decimal = Decimal { length: 16, scale: 4 }, Some("REG"), Some("REG"), Conditional, "Reduction amount for Import tax", "Số tiền giảm thuế nhập khẩu", "";
        /// Form of the certificate of origin.
        certificate_form: Text = Ascii { max: 12 }, None, None, Conditional, "Form of the certificate of origin", "Mẫu giấy chứng nhận xuất xứ", "with the number of the certificate";
        /// Number of the certificate or proof of origin.
        certificate_number: Text = Ascii { max: 35 }, None, None, Conditional, "Number of the certificate or proof of origin", "Số giấy chứng nhận xuất xứ", "when a preferential rate is claimed, unless it is filed late";
        /// Date of issue of the certificate of origin.
        certificate_date: Date = Date, None, None, Conditional, "Date of issue of the certificate of origin", "Ngày cấp giấy chứng nhận xuất xứ", "with the number of the certificate";
        /// The certificate of origin will be filed later.
        certificate_late: Text = OneOf { values: &["true", "false"] }, None, None, Conditional, "The certificate of origin will be filed later", "Nộp bổ sung giấy chứng nhận xuất xứ sau", "true when the certificate is filed after registration";
        [adjustment_references: AdjustmentReference; 5]
        [other_taxes: OtherTax; 5]
        [other_laws: OtherLaw; 5]
    }
}

record! {
    /// Which of the declaration's value adjustments concern the line.
    pub struct AdjustmentReference: adjustment_reference / AdjustmentReference {
        /// Valuation No. (VNACCS VN1 on import).
        number: Integer = Integer { digits: 1 }, Some("VN1"), None, Always, "Valuation No.", "Số của mục khai khoản điều chỉnh", "";
    }
}

record! {
    /// A tax other than the import or export duty, as the declarant applies it to the line.
    pub struct OtherTax: other_tax / OtherTax {
        /// Type code of other tax and collection (VNACCS TX1 on import).
        code: Text = Code { min: 2, max: 10 }, Some("TX1"), None, Always, "Type code of other tax and collection", "Mã áp dụng thuế suất/mức thuế và thu khác", "";
        /// Exemption/reduction code of other tax and collection (VNACCS TR1 on import).
        exemption_code: Text = Code { min: 2, max: 5 }, Some("TR1"), None, Conditional, "Exemption/reduction code of other tax and collection", "Mã miễn/giảm/không chịu thuế và thu khác", "";
        /// Reduction amount of other tax and collection (VNACCS TG1 on import).
        reduction_amount: Decimal = Decimal { length: 16, scale: 4 }, Some("TG1"), None, Conditional, "Reduction amount of other tax and collection", "Số tiền giảm thuế và thu khác", "";
    }
}

/// Import or export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Goods come in.
    Import,
    /// Goods go out.
    Export,
}

impl Direction {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::Import, Self::Export];

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

impl Declaration {
    /// Import or export; `None` while the document does not say.
    pub fn direction(&self) -> Option<Direction> {
        match self.direction.as_deref() {
            Some("IM") => Some(Direction::Import),
            Some("EX") => Some(Direction::Export),
            _ => None,
        }
    }

    /// The tax code of the enterprise that declares: the importer's on import, the exporter's on export.
    pub fn declarant(&self) -> Option<&str> {
        match self.direction()? {
            Direction::Import => self.importer_code.as_deref(),
            Direction::Export => self.exporter_code.as_deref(),
        }
    }
}
