package thongquan.peer;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rates of duty and VAT by tariff line, and exchange rates by week, from the tables that the product reads too. */
final class Tariff {
    /** A percentage and the days on which it holds. */
    private record Period(LocalDate from, LocalDate to, BigDecimal percent) {}

    private final Map<String, List<Period>> importDuty = new HashMap<>();
    private final Map<String, List<Period>> exportDuty = new HashMap<>();
    private final Map<String, List<Period>> vat = new HashMap<>();
    private final TreeMap<LocalDate, Map<String, BigDecimal>> exchange = new TreeMap<>();

    static Tariff load(Path rules) throws IOException {
        Tariff tariff = new Tariff();
        Path assessment = rules.resolve("assessment");
        fill(tariff.importDuty, assessment.resolve("import-tariff.csv"), "mfn");
        fill(tariff.exportDuty, assessment.resolve("export-tariff.csv"), "rate");
        fill(tariff.vat, assessment.resolve("value-added-tax.csv"), "rate");
        tariff.fillExchange(rules.resolve("valuation/exchange-rates.csv"));
        return tariff;
    }

    /** The percentage of duty; null where the table has none. */
    BigDecimal duty(boolean isImport, String line, LocalDate day) {
        return find(isImport ? importDuty : exportDuty, line, day);
    }

    /** The percentage of VAT; null where the table has none. */
    BigDecimal vat(String line, LocalDate day) {
        return find(vat, line, day);
    }

    /** Dong for one unit of a currency; null where the week has no rate. */
    BigDecimal dong(String currency, LocalDate day) {
        if (currency.equals("VND")) {
            return BigDecimal.ONE;
        }
        Map.Entry<LocalDate, Map<String, BigDecimal>> week = exchange.floorEntry(day);
        return week == null ? null : week.getValue().get(currency);
    }

    private static BigDecimal find(Map<String, List<Period>> table, String line, LocalDate day) {
        for (Period period : table.getOrDefault(line, List.of())) {
            if (!day.isBefore(period.from) && !day.isAfter(period.to)) {
                return period.percent;
            }
        }
        return null;
    }

    private static void fill(Map<String, List<Period>> table, Path file, String column) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> head = List.of(lines.get(0).split(","));
        int rate = head.indexOf(column);
        int cut = head.indexOf("cut");
        int from = head.indexOf("in_force_from");
        int to = head.indexOf("in_force_to");
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = cells(line);
            BigDecimal percent = highest(cells[rate]);
            if (cut >= 0 && cells[cut].equals("reducible") && BigDecimal.TEN.equals(percent)) {
                percent = BigDecimal.valueOf(8);
            }
            LocalDate first = cells[from].isEmpty() ? LocalDate.MIN : LocalDate.parse(cells[from]);
            LocalDate last = cells[to].isEmpty() ? LocalDate.MAX : LocalDate.parse(cells[to]);
            table.computeIfAbsent(cells[0], key -> new ArrayList<>(1)).add(new Period(first, last, percent));
        }
    }

    /** The cells of a row: commas between quotation marks belong to a cell. */
    private static String[] cells(String row) {
        return row.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
    }

    /** Of several rates between slashes the highest; null where the cell holds none. */
    private static BigDecimal highest(String cell) {
        BigDecimal highest = null;
        for (String part : cell.split("/")) {
            if (part.matches("[0-9]+(\\.[0-9]+)?")) {
                BigDecimal rate = new BigDecimal(part);
                highest = highest == null ? rate : highest.max(rate);
            }
        }
        return highest;
    }

    private void fillExchange(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String[] head = lines.get(0).split(",");
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = cells(line);
            Map<String, BigDecimal> week = new HashMap<>();
            for (int at = 2; at < head.length; at++) {
                if (!cells[at].isEmpty()) {
                    week.put(head[at], new BigDecimal(cells[at]));
                }
            }
            exchange.put(LocalDate.parse(cells[0]), week);
        }
    }
}
