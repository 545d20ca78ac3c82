// A bundler leaves out what is not named here; this file is imported lazily.
export { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
