"""Which part of GitHub's schema the sandbox serves: the fields of each type. Input types and enums are kept whole."""

KEPT: dict[str, str] = {
    "Query": "id node nodes rateLimit repository viewer",
    "Mutation": (
        "addComment addLabelsToLabelable addReaction closePullRequest createCheckRun createCommitOnBranch"
        " createPullRequest createRef deleteIssueComment deleteRef enqueuePullRequest mergePullRequest minimizeComment removeReaction"
        " updateCheckRun updateIssueComment updatePullRequest updateRef updateRefs"
    ),
    "RateLimit": "cost limit nodeCount remaining resetAt used",
    # Interfaces
    "Node": "id",
    "Actor": "login url",
    "GitObject": "abbreviatedOid id oid",
    "Minimizable": "isMinimized minimizedReason",
    "Reactable": "databaseId id reactions",
    "RepositoryOwner": "id login url",
    # Accounts
    "App": "databaseId id name slug",
    "Bot": "databaseId id login url",
    "Organization": "databaseId id login name url",
    "User": "databaseId id login name url",
    # The repository
    "Repository": (
        "databaseId defaultBranchRef deleteBranchOnMerge environment id isArchived isFork isPrivate issueOrPullRequest"
        " issues latestRelease mergeCommitAllowed name nameWithOwner object owner pullRequest pullRequests rebaseMergeAllowed"
        " ref refs release releases rulesets squashMergeAllowed url"
    ),
    "Ref": "associatedPullRequests compare id name prefix target",
    "RefConnection": "edges nodes pageInfo totalCount",
    "RefEdge": "cursor node",
    "PageInfo": "endCursor hasNextPage hasPreviousPage startCursor",
    # Git
    "Blob": "abbreviatedOid byteSize id isBinary isTruncated oid text",
    "Commit": (
        "abbreviatedOid associatedPullRequests author authoredDate checkSuites committedDate committer file history id"
        " message messageBody messageHeadline oid parents signature tree url"
    ),
    "CommitConnection": "edges nodes pageInfo totalCount",
    "CommitEdge": "cursor node",
    "CommitHistoryConnection": "edges nodes pageInfo totalCount",
    "Comparison": "aheadBy baseTarget behindBy commits headTarget id status",
    "ComparisonCommitConnection": "edges nodes pageInfo totalCount",
    "GitActor": "date email name user",
    "GitSignature": "isValid state wasSignedByGitHub",
    "GpgSignature": "isValid state wasSignedByGitHub",
    "Tag": "abbreviatedOid id message name oid tagger target",
    "Tree": "abbreviatedOid entries id oid",
    "TreeEntry": "mode name object oid path size type",
    # Rulesets
    "RefNameConditionTarget": "exclude include",
    "RepositoryRule": "id type",
    "RepositoryRuleConditions": "refName",
    "RepositoryRuleConnection": "nodes pageInfo totalCount",
    "RepositoryRuleset": "conditions databaseId enforcement id name rules target",
    "RepositoryRulesetConnection": "nodes pageInfo totalCount",
    # Conversation
    "Issue": (
        "author body closed comments databaseId id labels locked number reactionGroups reactions state title updatedAt url"
    ),
    "IssueComment": (
        "author body createdAt databaseId editor id includesCreatedEdit isMinimized lastEditedAt minimizedReason"
        " reactionGroups reactions updatedAt url viewerDidAuthor"
    ),
    "IssueCommentConnection": "edges nodes pageInfo totalCount",
    "IssueCommentEdge": "cursor node",
    "IssueConnection": "edges nodes pageInfo totalCount",
    "IssueEdge": "cursor node",
    "IssueOrPullRequest": "Issue PullRequest",
    "Label": "id name",
    "LabelConnection": "edges nodes pageInfo totalCount",
    "LabelEdge": "cursor node",
    "Labelable": "labels",
    "HeadRefForcePushedEvent": "actor afterCommit beforeCommit createdAt id",
    "LabeledEvent": "actor createdAt id label",
    "PullRequestTimelineItems": "HeadRefForcePushedEvent LabeledEvent",
    "PullRequestTimelineItemsConnection": "edges nodes pageInfo totalCount",
    "PullRequestTimelineItemsEdge": "cursor node",
    "PullRequest": (
        "author baseRef baseRefName baseRefOid body changedFiles closed closedAt comments commits createdAt databaseId"
        " files headRef headRefName headRefOid headRepository headRepositoryOwner id isCrossRepository isDraft"
        " isInMergeQueue isMergeQueueEnabled labels lastEditedAt locked mergeCommit mergeStateStatus mergeable merged mergedAt mergedBy number potentialMergeCommit reactionGroups"
        " reactions reviews state timelineItems title updatedAt url viewerDidAuthor"
    ),
    "PullRequestChangedFile": "additions changeType deletions path",
    "PullRequestChangedFileConnection": "edges nodes pageInfo totalCount",
    "PullRequestChangedFileEdge": "cursor node",
    "PullRequestCommit": "commit id",
    "PullRequestCommitConnection": "edges nodes pageInfo totalCount",
    "PullRequestCommitEdge": "cursor node",
    "PullRequestConnection": "edges nodes pageInfo totalCount",
    "PullRequestEdge": "cursor node",
    "PullRequestReview": (
        "author body commit createdAt databaseId id isMinimized lastEditedAt minimizedReason reactionGroups reactions"
        " state submittedAt url viewerDidAuthor"
    ),
    "PullRequestReviewConnection": "edges nodes pageInfo totalCount",
    "PullRequestReviewEdge": "cursor node",
    "Reaction": "content createdAt databaseId id user",
    "ReactionConnection": "nodes pageInfo totalCount",
    "ReactionGroup": "content reactors viewerHasReacted",
    "Reactor": "Bot Organization User",
    "ReactorConnection": "nodes pageInfo totalCount",
    # Checks
    "CheckRun": (
        "completedAt conclusion databaseId detailsUrl externalId id name startedAt status summary text title url"
    ),
    "CheckRunConnection": "nodes pageInfo totalCount",
    "CheckSuite": "app checkRuns conclusion databaseId id status",
    "CheckSuiteConnection": "nodes pageInfo totalCount",
    # Environments
    "DeploymentProtectionRule": "databaseId preventSelfReview reviewers timeout type",
    "DeploymentProtectionRuleConnection": "nodes pageInfo totalCount",
    "DeploymentReviewer": "Team User",
    "DeploymentReviewerConnection": "nodes pageInfo totalCount",
    "Environment": "databaseId id name protectionRules",
    "Team": "combinedSlug databaseId id",
    # Releases
    "Release": (
        "createdAt databaseId description id isDraft isLatest isPrerelease name publishedAt reactions releaseAssets"
        " tagCommit tagName url"
    ),
    "ReleaseAsset": "contentType id name size",
    "ReleaseAssetConnection": "nodes pageInfo totalCount",
    "ReleaseConnection": "edges nodes pageInfo totalCount",
    "ReleaseEdge": "cursor node",
    # Payloads
    "AddCommentPayload": "clientMutationId commentEdge subject",
    "AddLabelsToLabelablePayload": "clientMutationId labelable",
    "AddReactionPayload": "clientMutationId reaction subject",
    "ClosePullRequestPayload": "clientMutationId pullRequest",
    "CreateCheckRunPayload": "checkRun clientMutationId",
    "CreateCommitOnBranchPayload": "clientMutationId commit ref",
    "CreatePullRequestPayload": "clientMutationId pullRequest",
    "CreateRefPayload": "clientMutationId ref",
    "DeleteIssueCommentPayload": "clientMutationId",
    "DeleteRefPayload": "clientMutationId",
    "EnqueuePullRequestPayload": "clientMutationId mergeQueueEntry",
    "MergeQueueEntry": "baseCommit headCommit id position pullRequest",
    "MergePullRequestPayload": "clientMutationId pullRequest",
    "MinimizeCommentPayload": "clientMutationId minimizedComment",
    "RemoveReactionPayload": "clientMutationId reaction subject",
    "UpdateCheckRunPayload": "checkRun clientMutationId",
    "UpdateIssueCommentPayload": "clientMutationId issueComment",
    "UpdatePullRequestPayload": "clientMutationId pullRequest",
    "UpdateRefPayload": "clientMutationId ref",
    "UpdateRefsPayload": "clientMutationId",
}
