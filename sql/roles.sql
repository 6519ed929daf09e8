-- What the schema needs around it, made by the cluster's superuser with psql; safe to repeat. coagent owns the schema
-- and runs the migrations, coagent_app is the running program.
select format('create role %I login', name) from unnest(array['coagent', 'coagent_app']) name
 where not exists (select from pg_roles where rolname = name) \gexec
select $$create database coagent owner coagent template template0 encoding 'UTF8'
         lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'$$
 where not exists (select from pg_database where datname = 'coagent') \gexec
