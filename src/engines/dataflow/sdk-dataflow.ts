// A bundler keeps the named exports of a CommonJS package only behind a static import; this file is imported lazily.
export {
  FlexTemplatesServiceClient,
  JobsV1Beta3Client,
  MessagesV1Beta3Client,
  TemplatesServiceClient,
} from '@google-cloud/dataflow';
