import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/** One state of each kind, for the samples of `_metadata`: what a reader must find in them. No arguments. */
public class Kinds {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.fromSource(
                        new DataGeneratorSource<>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(50), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .setParallelism(1)
                .uid("numbers")
                .keyBy(number -> number % 4)
                .process(new Keyed())
                .name("keyed")
                .uid("keyed")
                .map(new Operator())
                .returns(Types.LONG)
                .name("operator")
                .uid("operator")
                .sinkTo(new DiscardingSink<>());
        flink.execute("kinds");
    }

    /** A bean: its serializer writes a longer description of itself than the built-in ones do. */
    public static class Pair {
        public String left = "l";
        public long right;
    }

    static class Keyed extends KeyedProcessFunction<Long, Long, Long> {
        private transient ValueState<Pair> value;
        private transient ListState<Long> list;
        private transient MapState<String, Pair> map;
        private transient ReducingState<Long> reducing;
        private transient AggregatingState<Long, Long> aggregating;

        @Override
        public void open(OpenContext context) {
            value = getRuntimeContext().getState(new ValueStateDescriptor<>("a value", Types.POJO(Pair.class)));
            list = getRuntimeContext().getListState(new ListStateDescriptor<>("liste-é", Types.LONG));
            map = getRuntimeContext().getMapState(new MapStateDescriptor<>("map", Types.STRING, Types.POJO(Pair.class)));
            reducing = getRuntimeContext().getReducingState(new ReducingStateDescriptor<>("reducing", Long::max, Types.LONG));
            aggregating =
                    getRuntimeContext()
                            .getAggregatingState(new AggregatingStateDescriptor<>("aggregating", new Sum(), Types.LONG));
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            Pair pair = new Pair();
            pair.right = number;
            value.update(pair);
            list.update(java.util.List.of(number));
            map.put("last", pair);
            reducing.add(number);
            aggregating.add(number);
            context.timerService().registerProcessingTimeTimer(Long.MAX_VALUE - 1);
            out.collect(number);
        }
    }

    static class Sum implements AggregateFunction<Long, Long, Long> {
        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Long number, Long sum) {
            return sum + number;
        }

        @Override
        public Long getResult(Long sum) {
            return sum;
        }

        @Override
        public Long merge(Long one, Long other) {
            return one + other;
        }
    }

    static class Operator extends RichMapFunction<Long, Long> implements CheckpointedFunction {
        private transient ListState<Long> split;
        private transient ListState<Long> union;

        @Override
        public Long map(Long number) {
            return number;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            split = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("split", Types.LONG));
            union = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("union", Types.LONG));
            context.getOperatorStateStore()
                    .getBroadcastState(new MapStateDescriptor<>("broadcast", Types.STRING, Types.LONG))
                    .put("one", 1L);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            split.update(java.util.List.of(1L));
            union.update(java.util.List.of(2L));
        }
    }
}
