"""Why some permissions of template.yaml stay that the proof alone would not let stand."""

from __future__ import annotations

_CRASH = "only after a crash between two writes"
_AGAIN = "only where a mail is read again after a crash between two writes"
_CLOSED = "only where an execution dies again and again before it publishes"
_LATE = "only where a function still writes of a document that was erased meanwhile"
_LOST = "only where the answer to a start was lost"
_ENDED = "only where all tasks had ended before anybody waited for them"
_THERE = "only where another has written the row already"
_PLACES = "only where documents wait because as many as may be are in flight"
_UNCLEAR = "only for a document whose language is not certain"
_AT_ONCE = "only for an uploaded picture whose tables or forms are asked for"
_FORM = "for whoever uploads with a form that the HTTP API gave out"
_ON_ITS_WAY = "only for whoever looks at a document that is on its way"
_CHILD = "Step Functions' guide to Distributed Map names it; a child's ARN has `/<map>:` instead"

UNREACHED = {
    ("AdmitDocumentFunctionRole", "states:DescribeExecution", ":*"): _CRASH,
    ("BackfillStateMachineRole", "states:DescribeExecution", "Machine:*"): _CHILD,
    ("BackfillStateMachineRole", "states:StopExecution", "Machine:*"): _CHILD,
    ("FinishDocumentFunctionRole", "dynamodb:UpdateItem", "DocumentsTable"): _PLACES,
    ("FinishDocumentFunctionRole", "s3:DeleteObject", "/documents/*"): _CLOSED,
    ("FinishDocumentFunctionRole", "s3:GetObject", "/tables/documents/*"): _THERE,
    ("FinishDocumentFunctionRole", "states:StartExecution", "DocumentStateMachine"): _PLACES,
    ("ReadPagesFunctionRole", "s3:GetObject", "/attachments/*"): _AGAIN,
    ("ReadPagesFunctionRole", "textract:AnalyzeDocument", "*"): _AT_ONCE,
    ("ServeApiFunctionRole", "s3:GetObject", "/work/*"): _ON_ITS_WAY,
    ("ServeApiFunctionRole", "s3:PutObject", "/uploads/*"): _FORM,
    ("StartSpeechFunctionRole", "polly:ListSpeechSynthesisTasks", "*"): _LOST,
    ("StartSpeechFunctionRole", "states:SendTaskSuccess", "DocumentStateMachine"): _ENDED,
    ("SweepDocumentsFunctionRole", "s3:DeleteObject", "/documents/*"): _CLOSED,
    ("SweepDocumentsFunctionRole", "s3:DeleteObjectVersion", "/*"): _LATE,
    ("SweepDocumentsFunctionRole", "s3:GetObject", "/tables/documents/*"): _THERE,
    ("SweepDocumentsFunctionRole", "s3:GetObject", "/work/*"): _CLOSED,
    ("SweepDocumentsFunctionRole", "s3:ListBucketVersions", "recita-results-*"): _LATE,
    ("SweepDocumentsFunctionRole", "s3:PutObject", "/*"): _CLOSED,
    ("TranslateSummaryFunctionRole", "comprehend:DetectDominantLanguage", "*"): _UNCLEAR,
}
"""What stays allowed although the stack tests need it seldom or never, and why.

By role, action, and a pattern that the resource's end matches.
"""

UNSCOPED = {
    "polly:StartSpeechSynthesisTask": "its resource type is a lexicon, and none is used",
    "polly:SynthesizeSpeech": "its resource type is a lexicon, and none is used",
    "rekognition:DetectModerationLabels": "its resource type is an adapter, and none is used",
    "translate:TranslateText": "its resource types are asked for only where a terminology is used",
}
"""Actions allowed on ``*`` though some use of them has a resource type."""
