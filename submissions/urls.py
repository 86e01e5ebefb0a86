from django.urls import path

from submissions.api import call as call_api
from submissions.api import entry as api
from submissions.api import history as history_api
from submissions.api import standing as standing_api
from submissions.views import call, entry, history, standings

app_name = "submissions"
urlpatterns = [
    path("mine/", entry.entry, name="entry"),
    path("call/", call.page, name="call"),
    path("call/questions/add/", call.add, name="add_question"),
    path("call/questions/<slug:name>/", call.change, name="change_question"),
    path("call/questions/<slug:name>/remove/", call.remove, name="remove_question"),
    path("standings/", standings.every, name="standings"),
    path("standings/<slug:team>/", standings.one, name="standing"),
    path("standings/<slug:team>/extend/", standings.extend, name="extend"),
    path("standings/<slug:team>/end/", standings.end, name="end_extension"),
    path("standings/<slug:team>/late/<int:number>/", standings.late, name="late"),
    path("standings/<slug:team>/disqualify/", standings.disqualify, name="disqualify"),
    path("standings/<slug:team>/agree/", standings.agree, name="agree"),
    path("standings/<slug:team>/lift/", standings.lift, name="lift"),
    path("<slug:code>/withdraw/", entry.withdraw, name="withdraw"),
    path("<slug:code>/bring-back/", entry.bring_back, name="bring_back"),
    path("<slug:code>/answer/", entry.answer, name="answer"),
    path("<slug:code>/edit/", entry.edit, name="edit"),
    path("<slug:code>/tasks/<slug:task>/", entry.task, name="task"),
    path("<slug:code>/history/", history.saves, name="history"),
    path("<slug:code>/history/<int:version>/", history.save, name="save"),
    path("<slug:code>/check/", entry.check, name="check"),
    path("<slug:code>/submit/", entry.submit, name="submit"),
    path("<slug:code>/revisions/compare/", history.compare, name="compare"),
    path("<slug:code>/revisions/<int:number>/", entry.revision, name="revision"),
    path("<slug:code>/revisions/<int:number>/draft/", history.against_draft, name="against_draft"),
    path("<slug:code>/revisions/<int:number>/receipt/", entry.receipt, name="receipt"),
    path("<slug:code>/revisions/<int:number>/text/", entry.text, name="text"),
    path("<slug:code>/revisions/<int:number>/files/<slug:file>/", entry.file, name="file"),
]
api_urls = [
    path("declarations/", api.declarations, name="declarations"),
    path("mine/", api.mine, name="mine"),
    path("call/", call_api.call, name="call"),
    path("call/questions/", call_api.questions, name="questions"),
    path("call/questions/<slug:name>/", call_api.question, name="question"),
    path("standings/", standing_api.standings, name="standings"),
    path("standings/<slug:team>/", standing_api.standing, name="standing"),
    path("standings/<slug:team>/extension/", standing_api.extension, name="extension"),
    path("standings/<slug:team>/late/<int:number>/", standing_api.late, name="late"),
    path("standings/<slug:team>/disqualification/", standing_api.disqualification, name="disqualification"),
    path("standings/<slug:team>/disqualification/agree/", standing_api.agree, name="agree"),
    path("<slug:code>/withdrawal/", standing_api.withdrawal, name="withdrawal"),
    path("<slug:code>/answer/", standing_api.answer, name="answer"),
    path("<slug:code>/", api.draft, name="draft"),
    path("<slug:code>/tasks/", api.tasks, name="tasks"),
    path("<slug:code>/missing/", api.missing, name="missing"),
    path("<slug:code>/saves/", history_api.saves, name="saves"),
    path("<slug:code>/revert/", history_api.revert, name="revert"),
    path("<slug:code>/submit/", api.submit, name="submit"),
    path("<slug:code>/revisions/", api.revisions, name="revisions"),
    path("<slug:code>/revisions/compare/", history_api.compare, name="compare"),
    path("<slug:code>/revisions/<int:number>/", api.revision, name="revision"),
    path("<slug:code>/revisions/<int:number>/receipt/", api.receipt, name="receipt"),
    path("<slug:code>/revisions/<int:number>/files/<slug:file>/", api.file, name="file"),
]
