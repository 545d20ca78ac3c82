import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Numbers in order, tallied per key (number mod 10) in keyed state; each adds one line to a file: "milliseconds version number key tally".
 * What a rollout lost, repeated or forgot, and how long nothing was processed, can be read from that file.
 *
 * <p>Arguments: FILE RATE (numbers a second) [NAME of the job]. The resource "version" in the jar says how it behaves: v1, v2 (one more
 * operator, without state), v1-own and v2-own (they set global parameters of their own), and v2 with a fault.
 */
public class Tally {
    public static void main(String[] args) throws Exception {
        String version = version();
        if (version.equals("v2-main-fails")) {
            throw new IllegalArgumentException("the topology of v2-main-fails can't be built");
        }
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        if (version.endsWith("-own")) {
            flink.getConfig().setGlobalJobParameters(new Own());
        }
        DataGeneratorSource<Long> numbers =
                new DataGeneratorSource<>(
                        number -> number,
                        Long.MAX_VALUE,
                        RateLimiterStrategy.perSecond(Double.parseDouble(args[1])),
                        Types.LONG);
        DataStream<Long> read =
                flink.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers").uid("numbers").setParallelism(1);
        if (!version.startsWith("v1")) {
            read = read.filter(number -> number >= 0).name("positive").uid("positive");
        }
        SingleOutputStreamOperator<String> tallied =
                read.keyBy(number -> number % 10)
                        .process(version.equals("v2-state-type") ? new Strokes() : new Sum(version))
                        .name("tally");
        if (!version.equals("v2-no-uid")) {
            tallied = tallied.uid("tally");
        }
        tallied.map(new Lines(args[0], version))
                .returns(Types.STRING)
                .name("lines")
                .uid("lines")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("end")
                .setParallelism(1);
        flink.execute(args.length > 2 ? args[2] : "tally");
    }

    static String version() throws Exception {
        try (InputStream resource = Tally.class.getResourceAsStream("/version")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).trim();
        }
    }

    /** Parameters of the program itself: they take the place of those that the submission gave. */
    static class Own extends ExecutionConfig.GlobalJobParameters {
        @Override
        public Map<String, String> toMap() {
            return Map.of("owner", "the program");
        }
    }

    /** The tally as a number; some versions fail or stand still after a few numbers. */
    static class Sum extends KeyedProcessFunction<Long, Long, String> {
        private final String version;
        private transient ValueState<Long> tally;
        private transient int seen;

        Sum(String version) {
            this.version = version;
        }

        @Override
        public void open(OpenContext context) {
            String name = version.equals("v2-state-renamed") ? "sum" : "tally";
            tally = getRuntimeContext().getState(new ValueStateDescriptor<>(name, Types.LONG));
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            seen += 1;
            if (seen > 20 && version.equals("v2-crash")) {
                throw new IllegalStateException("v2-crash can't process " + number);
            }
            while (seen > 20 && version.equals("v2-stall")) {
                Thread.sleep(500);
            }
            Long before = tally.value();
            long now = before == null ? 1 : before + 1;
            tally.update(now);
            out.collect(number + " " + context.getCurrentKey() + " " + now);
        }
    }

    /** The same state name, with a type that the old state can't be read as. */
    static class Strokes extends KeyedProcessFunction<Long, Long, String> {
        private transient ValueState<String> tally;

        @Override
        public void open(OpenContext context) {
            tally = getRuntimeContext().getState(new ValueStateDescriptor<>("tally", Types.STRING));
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out) throws Exception {
            String now = (tally.value() == null ? "" : tally.value()) + "|";
            tally.update(now);
            out.collect(number + " " + context.getCurrentKey() + " " + now.length());
        }
    }

    /** Writes each line at once, so that what is in the file was processed. */
    static class Lines extends RichMapFunction<String, String> {
        private final String file;
        private final String version;
        private transient PrintWriter lines;

        Lines(String file, String version) {
            this.file = file;
            this.version = version;
        }

        @Override
        public void open(OpenContext context) throws Exception {
            lines =
                    new PrintWriter(
                            Files.newBufferedWriter(
                                    Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                            true);
        }

        @Override
        public String map(String tally) {
            lines.println(System.currentTimeMillis() + " " + version + " " + tally);
            return tally;
        }

        @Override
        public void close() {
            if (lines != null) {
                lines.close();
            }
        }
    }
}
