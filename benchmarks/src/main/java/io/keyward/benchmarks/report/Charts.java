package io.keyward.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws the charts of the report as SVG files next to it. */
final class Charts {
    private static final int WIDTH = 820;
    private static final int BAR_HEIGHT = 34;
    private static final int FRAME_HEIGHT = 110;
    private static final int LINE_CHART_HEIGHT = 420;
    /** Letters are drawn as outlines to a billionth of a pixel; a hundredth halves the file. */
    private static final Pattern TOO_FINE = Pattern.compile("(\\.\\d{2})\\d+(?![\\dE])");

    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    private final Path directory;

    Charts(Path directory) {
        this.directory = directory;
    }

    /** Draws a bar for each value, the first on top, and returns the name of the file. */
    String bars(String file, String title, String unit, Map<String, Double> values) throws IOException {
        List<String> labels = new ArrayList<>(values.keySet());
        List<Double> lengths = new ArrayList<>(values.values());
        Collections.reverse(labels);
        Collections.reverse(lengths);
        HorizontalBarChart chart = new HorizontalBarChartBuilder()
                .width(WIDTH)
                .height(FRAME_HEIGHT + BAR_HEIGHT * labels.size())
                .title(title)
                .xAxisTitle(unit)
                .build();
        chart.getStyler().setLegendVisible(false);
        // XChart leaves out labels by this hint on the other axis too; no bar may go without its name
        chart.getStyler().setXAxisTickMarkSpacingHint(BAR_HEIGHT - 10);
        chart.getStyler().setLabelsVisible(true).setAvailableSpaceFill(0.7);
        style(chart.getStyler());
        chart.addSeries(unit, lengths, labels);
        return write(chart, file);
    }

    /** Draws a line for each series over a logarithmic axis, and returns the name of the file. */
    String lines(String file, String title, String xTitle, String yTitle, Map<String, Map<Double, Double>> series)
            throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(LINE_CHART_HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        style(chart.getStyler());
        series.forEach((name, points) ->
                chart.addSeries(name, new ArrayList<>(points.keySet()), new ArrayList<>(points.values())));
        return write(chart, file);
    }

    private static void style(AxesChartStyler styler) {
        styler.setAxisTickLabelsFont(FONT);
        styler.setAxisTitleFont(FONT);
        styler.setLegendFont(FONT);
        styler.setChartTitleFont(FONT.deriveFont(Font.BOLD, 14f));
        styler.setChartBackgroundColor(Color.WHITE);
    }

    private String write(Chart<?, ?> chart, String file) throws IOException {
        Files.createDirectories(directory);
        String name = file + ".svg";
        String svg = new String(ChartEncoder.getBytes(chart, "svg"), UTF_8);
        Files.writeString(directory.resolve(name), TOO_FINE.matcher(svg).replaceAll("$1"));
        return name;
    }
}
