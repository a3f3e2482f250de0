-- Keyward, schema version 1, PostgreSQL 14 or later. Roles and permissions are texts with blanks between their items.

-- Not "if not exists", which needs the right to create schemas even if it exists.
do $$
begin
    if to_regnamespace('keyward') is null then
        create schema keyward;
    end if;
end
$$;

-- One row. Each change locks it first, so numbers are committed in their order and none is skipped.
create table keyward.keyward_meta (
    one smallint primary key check (one = 1),
    epoch varchar(32) not null,
    number bigint not null,
    mark varchar(32) not null,
    pruned_to bigint not null,
    schema_version integer not null,
    min_reader integer not null,
    pepper_checks varchar default '' not null -- id=check value, with blanks between
);

create table keyward.keyward_key (
    id varchar(64) collate "C" primary key, -- listed in the order of the characters' codes
    version bigint not null unique,
    owner varchar(200),
    name varchar(200),
    state varchar(8) default 'active' not null check (state in ('active', 'disabled', 'revoked')),
    roles varchar default '' not null,
    permissions varchar default '' not null,
    created_at timestamp(6) with time zone,
    created_by varchar(200),
    changed_at timestamp(6) with time zone,
    changed_by varchar(200)
);

create table keyward.keyward_secret (
    hash varchar(160) primary key,
    key_id varchar(64) collate "C" not null references keyward.keyward_key (id) on delete cascade,
    ordinal integer default 1 not null,
    retiring boolean default false not null,
    not_before timestamp(6) with time zone,
    expires_at timestamp(6) with time zone
);
create index keyward_secret_of_key on keyward.keyward_secret (key_id);

create table keyward.keyward_attribute (
    key_id varchar(64) collate "C" not null references keyward.keyward_key (id) on delete cascade,
    kind varchar(16) default 'metadata' not null, -- or 'attribute', which narrows what the key may do
    attribute varchar(64) not null,
    content varchar not null,
    primary key (key_id, kind, attribute)
);

create table keyward.keyward_use (
    key_id varchar(64) collate "C" not null references keyward.keyward_key (id) on delete cascade,
    ordinal integer not null,
    used_at timestamp(6) with time zone not null,
    primary key (key_id, ordinal)
);

-- mark = the first 32 digits of SHA-256 over the mark before, a line end, and the entry.
create table keyward.keyward_change (
    number bigint primary key,
    mark varchar(32) not null,
    key_id varchar(64),
    changed_at timestamp(6) with time zone not null,
    cause varchar(200) not null,
    changed_by varchar(200),
    by_name varchar(200),
    by_address varchar(200),
    request_id varchar(200),
    entry varchar not null
);

-- Takes the next number for a change that brings none. Returns null while a restore has not yet filled keyward_meta.
-- The functions run with the rights of their owner and a search path of their own: someone who may only update
-- keyward_key has no rights on the other tables, and pg_restore empties the path.
create function keyward.keyward_take(the_key varchar, what varchar, gone boolean) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    meta keyward.keyward_meta%rowtype;
    line varchar;
begin
    select * into meta from keyward.keyward_meta for update;
    if not found then
        return null;
    end if;
    line := meta.number + 1 || ' ' || coalesce(the_key, '-') || ' ' || what || ' ' || clock_timestamp()
        || ' database:' || session_user || ' ' || gen_random_uuid();
    meta.mark := left(encode(sha256(convert_to(meta.mark || E'\n' || line, 'UTF8')), 'hex'), 32);
    update keyward.keyward_meta
        set number = meta.number + 1,
            mark = meta.mark,
            pruned_to = case when gone then meta.number + 1 else meta.pruned_to end;
    insert into keyward.keyward_change (number, mark, key_id, changed_at, cause, changed_by, entry)
        values (meta.number + 1, meta.mark, the_key, clock_timestamp(), what,
            left('database:' || session_user, 200), line);
    perform set_config('keyward.keyward_number', (meta.number + 1)::text, true);
    return meta.number + 1;
end
$$;

-- Returns the number that this transaction has taken last; null if it has taken none.
create function keyward.keyward_taken() returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select nullif(current_setting('keyward.keyward_number', true), '')::bigint
$$;

create function keyward.keyward_on_key() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    taken bigint;
begin
    if tg_op = 'DELETE' then
        if current_setting('keyward.keyward_removed', true) = old.id then
            return old;
        end if;
        perform keyward.keyward_take(old.id, 'delete', true);
        return old;
    end if;
    if new.version = keyward.keyward_taken() and (tg_op = 'INSERT' or new.version <> old.version) then
        return new;
    end if;
    taken := keyward.keyward_take(new.id, lower(tg_op), tg_op = 'UPDATE' and new.id <> old.id);
    if taken is not null then
        new.version := taken;
        new.changed_at := clock_timestamp();
        new.changed_by := left('database:' || session_user, 200);
    end if;
    return new;
end
$$;

create function keyward.keyward_touch(the_key varchar, what varchar) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held bigint;
    taken bigint;
begin
    select version into held from keyward.keyward_key where id = the_key;
    -- not found: the key itself is deleted, which has a number already
    if not found or held = keyward.keyward_taken() then
        return;
    end if;
    taken := keyward.keyward_take(the_key, what, false);
    if taken is not null then
        update keyward.keyward_key
            set version = taken,
                changed_at = clock_timestamp(),
                changed_by = left('database:' || session_user, 200)
            where id = the_key;
    end if;
end
$$;

create function keyward.keyward_on_part() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op <> 'INSERT' then
        perform keyward.keyward_touch(old.key_id, lower(tg_op) || ' of ' || tg_table_name);
    end if;
    if tg_op <> 'DELETE' then
        perform keyward.keyward_touch(new.key_id, lower(tg_op) || ' of ' || tg_table_name);
    end if;
    return null;
end
$$;

create function keyward.keyward_on_truncate() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform keyward.keyward_take(null, 'truncate of ' || tg_table_name, true);
    return null;
end
$$;

create function keyward.keyward_on_change() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('keyward.keyward_change', new.number::text);
    return null;
end
$$;

create trigger keyward_on_key before insert or update or delete on keyward.keyward_key
    for each row execute function keyward.keyward_on_key();
create trigger keyward_on_secret after insert or update or delete on keyward.keyward_secret
    for each row execute function keyward.keyward_on_part();
create trigger keyward_on_attribute after insert or update or delete on keyward.keyward_attribute
    for each row execute function keyward.keyward_on_part();
create trigger keyward_on_truncate after truncate on keyward.keyward_key
    for each statement execute function keyward.keyward_on_truncate();
create trigger keyward_on_truncate after truncate on keyward.keyward_secret
    for each statement execute function keyward.keyward_on_truncate();
create trigger keyward_on_truncate after truncate on keyward.keyward_attribute
    for each statement execute function keyward.keyward_on_truncate();
create trigger keyward_on_change after insert on keyward.keyward_change
    for each row execute function keyward.keyward_on_change();

insert into keyward.keyward_meta (one, epoch, number, mark, pruned_to, schema_version, min_reader)
    values (1, replace(gen_random_uuid()::text, '-', ''), 0, '00000000000000000000000000000000', 0, 1, 1);
insert into keyward.keyward_change (number, mark, key_id, changed_at, cause, entry)
    values (0, '00000000000000000000000000000000', null, now(), 'create', 'create');

-- Takes away what public and default privileges give: some hosted servers publish each new table to everyone.
do $$
declare
    given record;
begin
    for given in
        select 'table ' || c.oid::regclass as what, a.grantee
            from pg_catalog.pg_class c cross join pg_catalog.aclexplode(c.relacl) a
            where c.relnamespace = 'keyward'::regnamespace and c.relkind = 'r'
                and starts_with(c.relname, 'keyward_') and a.grantee <> c.relowner
        union
        select 'function ' || p.oid::regprocedure, a.grantee
            from pg_catalog.pg_proc p
            cross join pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
            where p.pronamespace = 'keyward'::regnamespace
                and starts_with(p.proname, 'keyward_') and a.grantee <> p.proowner
    loop
        execute 'revoke all on ' || given.what || ' from '
            || case when given.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(given.grantee)) end;
    end loop;
end
$$;
