-- Registers of the sites' meters, in Wh, as the meters signed them.
create table meter_readings (
  site_id   text not null,
  sequence  bigint not null,
  taken_at  timestamptz not null,
  import_wh bigint not null,
  export_wh bigint not null,
  meter_key text not null,
  signature text not null,
  primary key (site_id, sequence)
);

create index meter_readings_by_time on meter_readings (site_id, taken_at, sequence);
