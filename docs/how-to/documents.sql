-- Athena: every document of the results bucket as a table. Put the output ResultsBucketName in the
-- place of <results bucket>, twice. No crawler and no MSCK REPAIR: partitions are projected.
CREATE EXTERNAL TABLE documents (
  document_id string,
  run int,
  status string,
  reason string,
  created_at string,
  source_bucket string,
  source_key string,
  media_type string,
  bytes bigint,
  parent string,
  document_type string,
  language string,
  pages int,
  characters bigint,
  pictures int,
  translated array<string>,
  spoken array<string>,
  cost double,
  currency string,
  facts array<struct<name: string, kind: string, value: string, page: int, confidence: double>>
)
PARTITIONED BY (part string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://<results bucket>/tables/documents/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.part.type' = 'enum',
  'projection.part.values' = '0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f',
  'storage.location.template' = 's3://<results bucket>/tables/documents/part=${part}/'
);
