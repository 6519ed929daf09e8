-- A run is written three times or more, and each time in all of its indexes. Those with the state behind the asker or the
-- script find what is running or alive as quickly as these two, which held nothing else.
drop index runs_asked_running;
drop index runs_script_live;
