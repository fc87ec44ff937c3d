-- Archives are found by their hash, which the header names.
create index batches_by_archive on batches ((header::json ->> 'archiveHash'));
