package org.memlora.evaluation.plots;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class BarChartTest {

    @Test
    void drawsABarForEachNumber() throws Exception {
        BarChart chart = new BarChart("a < b & \"c\"", "per second", List.of("one", "two"), List.of(
                new BarChart.Series("ours", List.of(4.0, Double.NaN)),
                new BarChart.Series("theirs", List.of(2.0, 1.0), List.of(new double[] {1, 3}, new double[] {0.5, 2}))));

        Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));
        NodeList bars = svg.getElementsByTagName("title");
        assertThat(bars.getLength()).as("three of four values are numbers").isEqualTo(3);
        assertThat(bars.item(0).getTextContent()).isEqualTo("ours, one: 4.00");
        double four = height(bars, 0);
        double two = height(bars, 1);
        assertThat(four).isEqualTo(2 * two);
        assertThat(svg.getElementsByTagName("path").getLength()).as("whiskers").isEqualTo(2);
    }

    @Test
    void standsWithoutAnyNumber() {
        assertThat(new BarChart("t", "u", List.of("a"), List.of(new BarChart.Series("s", List.of(Double.NaN)))).svg()).doesNotContain("NaN");
    }

    private static double height(NodeList titles, int index) {
        return Double.parseDouble(((Element) titles.item(index).getParentNode()).getAttribute("height"));
    }
}
