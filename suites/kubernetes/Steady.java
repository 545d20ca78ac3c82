import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;

/**
 * Adds numbers up by key. The resource "kind" in the jar says how it behaves: v1 and v2 go on for ever, "finishes" ends after a few seconds,
 * "renamed" keeps its sums under another uid.
 *
 * <p>It is slow before the network: behind it, the barrier of a savepoint would wait for full buffers.
 */
public class Steady {
    public static void main(String[] args) throws Exception {
        String kind = kind();
        long last = kind.equals("finishes") ? 1000 : Long.MAX_VALUE;
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.enableCheckpointing(1000);
        flink.fromSequence(0, last)
                .uid("numbers")
                .map(
                        number -> {
                            Thread.sleep(5);
                            return number;
                        })
                .uid("slow")
                .keyBy(number -> number % 4)
                .reduce(Long::sum)
                .uid(kind.equals("renamed") ? "totals" : "sums")
                .addSink(new DiscardingSink<>())
                .uid("nowhere");
        flink.execute("steady");
    }

    private static String kind() throws Exception {
        try (InputStream in = Steady.class.getResourceAsStream("/kind")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
        }
    }
}
