package thongquan.peer;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jeasy.rules.api.Facts;
import org.jeasy.rules.api.Rules;
import org.jeasy.rules.api.RulesEngine;
import org.jeasy.rules.core.DefaultRulesEngine;
import org.jeasy.rules.core.RuleBuilder;
import thongquan.peer.declaration.Declaration;
import thongquan.peer.declaration.Declaration.GoodsShipment.GovernmentAgencyGoodsItem;

/** What the schema cannot say: a handful of rules about declarations and their lines. */
final class Plausibility {
    private final RulesEngine engine = new DefaultRulesEngine();
    private final Rules ofDeclaration = new Rules();
    private final Rules ofLine = new Rules();

    Plausibility() {
        declaration("an import names its importer", it -> isImport(it) && it.getGoodsShipment().getImporter() == null);
        declaration("an export names its exporter", it -> !isImport(it) && it.getGoodsShipment().getExporter() == null);
        declaration("an invoice is there", it -> it.getGoodsShipment().getInvoice() == null);
        declaration("terms of delivery are there", it -> it.getGoodsShipment().getTradeTerms() == null);
        declaration("a consignment is there", it -> it.getGoodsShipment().getConsignment() == null);
        declaration(
                "no more than fifty lines",
                it -> it.getGoodsShipment().getGovernmentAgencyGoodsItem().size() > 50);
        line("a line has an amount", it -> it.getInvoiceLine() == null || it.getInvoiceLine().getAmount() == null);
        line("an amount is not nought", it -> it.getInvoiceLine() != null
                && it.getInvoiceLine().getAmount() != null
                && new BigDecimal(it.getInvoiceLine().getAmount().trim()).signum() == 0);
        line("a line says what the goods are", it -> it.getCommodity().getDescription() == null);
        line("a line has a quantity", it -> it.getGoodsMeasure() == null);
    }

    /** What is wrong, by the names of the rules. */
    List<String> findings(Declaration declaration) {
        List<String> findings = new ArrayList<>();
        Facts facts = new Facts();
        facts.put("findings", findings);
        facts.put("subject", declaration);
        engine.fire(ofDeclaration, facts);
        for (GovernmentAgencyGoodsItem item : declaration.getGoodsShipment().getGovernmentAgencyGoodsItem()) {
            facts.put("subject", item);
            engine.fire(ofLine, facts);
        }
        return findings;
    }

    private void declaration(String name, Predicate<Declaration> isWrong) {
        add(ofDeclaration, name, isWrong);
    }

    private void line(String name, Predicate<GovernmentAgencyGoodsItem> isWrong) {
        add(ofLine, name, isWrong);
    }

    private static <T> void add(Rules rules, String name, Predicate<T> isWrong) {
        rules.register(new RuleBuilder()
                .name(name)
                .when(facts -> isWrong.test(facts.<T>get("subject")))
                .then(facts -> facts.<List<String>>get("findings").add(name))
                .build());
    }

    private static boolean isImport(Declaration declaration) {
        return declaration.getTypeCode().equals("IM");
    }
}
