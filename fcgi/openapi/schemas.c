/* The answers' schemas by name; a route's "schema" names one of them (the notation is in openapi.h). In the order of
 * the domains. */
#include "fcgi/openapi/openapi.h"
#include "words/words.h"

/* The fields of a run in a list. */
#define RUN_DOCUMENT                                                                                                   \
    "id:id kind:" RUN_KIND_CHOICES " "                                                                                 \
    "state:" RUN_STATE_CHOICES " name:text script:RunScript? "                                                         \
    "agent:RunAgent? room:id? room_name:text? asked_by:Author? via:" RUN_VIA_CHOICES " "                               \
    "mapping:RunMapping? dry_run:flag api:" SCRIPT_API_CHOICES                                                         \
    " network:flag networks:text[] attempt:whole reason:text? "                                                        \
    "ended_by:" RUN_END_CHOICES "? exit_code:whole? "                                                                  \
    "signal:whole? usage:object output:RunBytes host:text? parent:id? retry_of:id? trigger_seq:whole? "                \
    "cancel_requested:flag role:" ROOM_ROLE_CHOICES " queued_at:time started_at:time? finished_at:time?"

#define USER_DOCUMENT                                                                                                  \
    "id:id email:text name:text handle:text role:" USER_ROLE_CHOICES " permissions:text[] theme:" THEME_CHOICES " "    \
    "disabled:flag version:whole created_at:time"

#define SETTING_FIELD(name, label, help, value, most) #name ":whole "
#define SOURCE_FIELD(name, label, help, kind) #name ":text "

const struct openapi_schema openapi_schemas[] = {
    {"Problem", "type:text title:text status:whole detail:text instance:text errors?:FieldError[] current?:object"},
    {"FieldError", "field:text message:text"},

    {"Status", "status:ok authenticated:flag csrf_token:text? user:User? registration_open:flag setup_needed:flag"},
    {"Health", "status:ok|degraded parts:HealthParts"},
    {"HealthParts", "database:ok|away|outdated|full nchan:ok|away"},

    {"User", USER_DOCUMENT},
    {"Account", USER_DOCUMENT " storage:Storage storage_mb:whole? looks_like:text[]"},
    {"LogIn", "user:User csrf_token:text expires_in:whole"},
    {"Tokens", "access_token:text token_type:Bearer expires_in:whole refresh_token:text"},
    {"VerifiedToken", "valid:flag user:User session_id:id? expires_at:time?"},
    {"Session", "id:id current:flag address:text? agent:text created_at:time last_seen_at:time expires_at:time"},
    {"ApiToken", "id:id name:text scopes:" SCOPE_CHOICES "[] expires_at:time? last_used_at:time? created_at:time"},
    {"NewApiToken",
     "id:id name:text scopes:" SCOPE_CHOICES "[] expires_at:time? last_used_at:time? created_at:time token:text"},

    {"Author", "id:id kind:" PRINCIPAL_KIND_CHOICES " name:text handle:text"},
    {"Audit", "id:whole at:time actor:Author? on_behalf_of:Author? action:text outcome:" AUDIT_OUTCOME_CHOICES " "
              "object:AuditObject? request_id:id? address:text? run:id? detail:object"},
    {"AuditObject", "kind:text id:text?"},

    {"Room", "id:id name:text topic:text visibility:" ROOM_VISIBILITY_CHOICES " archived:flag role:" ROOM_ROLE_CHOICES
             " member:flag "
             "last_seq:whole read_seq:whole unread:whole mentioned:flag last_event_at:time version:whole "
             "created_at:time"},
    {"Stopped", "stopped:whole"},
    {"Member",
     "id:id kind:" PRINCIPAL_KIND_CHOICES " name:text handle:text role:" ROOM_ROLE_CHOICES " notify:" NOTIFY_CHOICES " "
     "created_at:time"},
    {"Event", "room:id seq:whole kind:text author:Author? at:time body:object reply_to:whole? target:whole? run:id?"},
    {"EventList", "items:Event[] last_seq:whole more:flag live:LiveRun[]"},
    {"LiveRun", "run:id agent:RunAgent state:" RUN_STATE_CHOICES " trigger_seq:whole text:text length:whole"},
    {"ReadMarker", "room:id read_seq:whole? unread:whole mentioned:flag"},

    {"Agent",
     "id:id kind:" AGENT_KIND_CHOICES " name:text handle:text provider:AgentProvider? model:text prompt:text "
     "parameters:object context_tokens:whole run_seconds:whole state:" AGENT_STATE_CHOICES " owner:Author rooms:whole "
     "version:whole created_at:time editable:flag"},
    {"AgentProvider", "id:id name:text"},
    {"Provider", "id:id name:text kind:" PROVIDER_KIND_CHOICES " base_url?:text has_key?:flag default_model:text "
                 "price_prompt?:number price_completion?:number version?:whole created_at?:time"},
    {"Mapping", "id:id name:text description:text visibility:" SHARING_CHOICES " owner:Author entries:MappingEntry[] "
                "used_by:MappingUse[] version:whole created_at:time updated_at:time editable:flag"},
    {"MappingEntry", "key:text secret:flag value?:text?"},
    {"MappingUse", "id:id name:text"},
    {"Script", "id:id name:text description:text kind:" SCRIPT_KIND_CHOICES " visibility:" SHARING_CHOICES " "
               "owner:Author latest:whole code?:text parameters?:object network:flag networks:ScriptNetwork[] "
               "api:" SCRIPT_API_CHOICES " "
               "mapping:ScriptMapping? limits:numbers label:text? retriable:flag version:whole created_at:time "
               "updated_at:time editable:flag direction_lines?:whole[] "
               "cache:flag cache_bytes?:whole? cache_kept_at?:time? "
               "last_run:LastRun? runner_limits?:numbers files?:ScriptFile[]"},
    {"ScriptFile", "path:text size:whole executable:flag sha256:text"},
    {"ScriptVersion", "number:whole author:Author note:text created_at:time size:whole "
                      "file_count:whole file_bytes:whole code?:text parameters?:object files?:ScriptFile[]"},
    {"ScriptKind",
     "kind:" SCRIPT_KIND_CHOICES " name:text interpreter:text installed:flag? version:text? install:text"},
    {"ScriptMapping", "id:id name:text"},
    {"ScriptNetwork", "id:id name:text"},
    {"Network", "id:id name:text description:text grantable:flag destinations?:text[] people?:Author[] scripts?:whole "
                "version?:whole created_at?:time"},
    {"LastRun", "id:id state:" RUN_STATE_CHOICES " queued_at:time"},
    {"QueuedRun", "run:Run"},
    {"Run", RUN_DOCUMENT " parameters:object limits:numbers files:RunFile[] text:text? result:any?"},
    {"RunItem", RUN_DOCUMENT},
    {"RunOutput",
     "run:id state:" RUN_STATE_CHOICES " offset:whole next:whole bytes:whole truncated:flag removed:flag more:flag "
     "chunks:RunChunk[]"},
    {"RunPlace", "offset:whole? next:whole more:flag bytes:whole"},
    {"RunChunk", "offset:whole stream:" RUN_STREAM_CHOICES " at:time text:text"},
    {"RunFile", "id:id path:text size:whole media_type:text"},
    {"RunBytes", "bytes:whole truncated:flag"},
    {"RunScript", "id:id name:text kind:" SCRIPT_KIND_CHOICES " version:whole"},
    {"RunMapping", "id:id name:text"},
    {"FirstSteps", "people:flag model:flag run:flag audit:flag hidden:flag"},
    {"Settings", SETTING_LIST(SETTING_FIELD) PACKAGE_SOURCE_LIST(SOURCE_FIELD) "version:whole"},
    {"Storage", "used_bytes:whole quota_bytes:whole?"},
    {"RunAgent", "id:id name:text handle:text"},
    {0},
};
