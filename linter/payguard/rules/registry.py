"""Every rule, by hand and in the alphabetical order of its id: nothing is found by accident."""

from payguard.rules.action.action_matches_nothing import ActionMatchesNothing
from payguard.rules.action.malformed_action import MalformedAction
from payguard.rules.action.unknown_action import UnknownAction
from payguard.rules.action.unknown_service import UnknownService
from payguard.rules.action.wildcard_service import WildcardService
from payguard.rules.condition.condition_holds_without_key import ConditionHoldsWithoutKey
from payguard.rules.condition.condition_key_never_present import ConditionKeyNeverPresent
from payguard.rules.condition.condition_tag_key_missing import ConditionTagKeyMissing
from payguard.rules.condition.condition_value_type import ConditionValueType
from payguard.rules.condition.deprecated_condition_key import DeprecatedConditionKey
from payguard.rules.condition.forallvalues_absent_key import ForallvaluesAbsentKey
from payguard.rules.condition.impossible_condition_value import ImpossibleConditionValue
from payguard.rules.condition.malformed_condition_arn import MalformedConditionArn
from payguard.rules.condition.malformed_condition_key import MalformedConditionKey
from payguard.rules.condition.mfa_condition_gap import MfaConditionGap
from payguard.rules.condition.not_action_with_tag_condition import NotActionWithTagCondition
from payguard.rules.condition.null_if_exists import NullIfExists
from payguard.rules.condition.null_with_quantifier import NullWithQuantifier
from payguard.rules.condition.operator_type_mismatch import OperatorTypeMismatch
from payguard.rules.condition.private_source_ip import PrivateSourceIp
from payguard.rules.condition.quantifier_missing import QuantifierMissing
from payguard.rules.condition.quantifier_on_single_valued_key import QuantifierOnSingleValuedKey
from payguard.rules.condition.several_booleans import SeveralBooleans
from payguard.rules.condition.string_operator_on_arn_key import StringOperatorOnArnKey
from payguard.rules.condition.unknown_condition_operator import UnknownConditionOperator
from payguard.rules.condition.unknown_global_condition_key import UnknownGlobalConditionKey
from payguard.rules.condition.unknown_service_condition_key import UnknownServiceConditionKey
from payguard.rules.condition.unpaired_condition_key import UnpairedConditionKey
from payguard.rules.condition.untrustworthy_condition_key import UntrustworthyConditionKey
from payguard.rules.condition.variable_in_typed_condition import VariableInTypedCondition
from payguard.rules.condition.wildcard_in_sensitive_key import WildcardInSensitiveKey
from payguard.rules.condition.wildcard_without_like import WildcardWithoutLike
from payguard.rules.grammar.duplicate_condition_key import DuplicateConditionKey
from payguard.rules.grammar.duplicate_sid import DuplicateSid
from payguard.rules.grammar.empty_condition_values import EmptyConditionValues
from payguard.rules.grammar.empty_element import EmptyElement
from payguard.rules.grammar.empty_sid import EmptySid
from payguard.rules.grammar.exclusive_elements import ExclusiveElements
from payguard.rules.grammar.invalid_effect import InvalidEffect
from payguard.rules.grammar.invalid_sid import InvalidSid
from payguard.rules.grammar.invalid_version import InvalidVersion
from payguard.rules.grammar.malformed_variable import MalformedVariable
from payguard.rules.grammar.missing_element import MissingElement
from payguard.rules.grammar.missing_version import MissingVersion
from payguard.rules.grammar.old_version import OldVersion
from payguard.rules.grammar.policy_too_large import PolicyTooLarge
from payguard.rules.grammar.unexpected_policy_id import UnexpectedPolicyId
from payguard.rules.grammar.unfilled_placeholder import UnfilledPlaceholder
from payguard.rules.grammar.unknown_element import UnknownElement
from payguard.rules.grammar.unsupported_character import UnsupportedCharacter
from payguard.rules.grammar.unsupported_in_rcp import UnsupportedInRcp
from payguard.rules.grammar.variable_not_allowed import VariableNotAllowed
from payguard.rules.grammar.variable_without_version import VariableWithoutVersion
from payguard.rules.grammar.wrong_type import WrongType
from payguard.rules.payments.acps_arn_only import AcpsArnOnly
from payguard.rules.payments.malformed_payment_resource import MalformedPaymentResource
from payguard.rules.payments.malformed_payment_value import MalformedPaymentValue
from payguard.rules.payments.manager_not_in_resource import ManagerNotInResource
from payguard.rules.payments.manager_without_sub_resources import ManagerWithoutSubResources
from payguard.rules.payments.pass_role_without_service import PassRoleWithoutService
from payguard.rules.payments.payments_by_exclusion import PaymentsByExclusion
from payguard.rules.payments.payments_full_access import PaymentsFullAccess
from payguard.rules.payments.secret_arn_without_suffix import SecretArnWithoutSuffix
from payguard.rules.payments.secrets_on_any_resource import SecretsOnAnyResource
from payguard.rules.payments.spend_on_any_resource import SpendOnAnyResource
from payguard.rules.payments.token_vault_not_in_resource import TokenVaultNotInResource
from payguard.rules.payments.upper_case_workload_identity import UpperCaseWorkloadIdentity
from payguard.rules.payments.weak_payment_deny import WeakPaymentDeny
from payguard.rules.payments.wildcard_reaches_payments import WildcardReachesPayments
from payguard.rules.principal.agentcore_trust_unconditional import AgentcoreTrustUnconditional
from payguard.rules.principal.allow_not_principal import AllowNotPrincipal
from payguard.rules.principal.audience_set_operator import AudienceSetOperator
from payguard.rules.principal.condition_key_principal_mismatch import ConditionKeyPrincipalMismatch
from payguard.rules.principal.deleted_principal import DeletedPrincipal
from payguard.rules.principal.federated_principal_unsupported import FederatedPrincipalUnsupported
from payguard.rules.principal.github_trust_any_repository import GithubTrustAnyRepository
from payguard.rules.principal.github_trust_broad_subject import GithubTrustBroadSubject
from payguard.rules.principal.malformed_federated_principal import MalformedFederatedPrincipal
from payguard.rules.principal.malformed_principal import MalformedPrincipal
from payguard.rules.principal.malformed_service_principal import MalformedServicePrincipal
from payguard.rules.principal.oidc_trust_unconditional import OidcTrustUnconditional
from payguard.rules.principal.principal_not_supported import PrincipalNotSupported
from payguard.rules.principal.principal_partial_wildcard import PrincipalPartialWildcard
from payguard.rules.principal.rcp_principal_not_star import RcpPrincipalNotStar
from payguard.rules.principal.service_principal_unrestricted import ServicePrincipalUnrestricted
from payguard.rules.principal.source_account_mismatch import SourceAccountMismatch
from payguard.rules.principal.source_arn_not_payment_manager import SourceArnNotPaymentManager
from payguard.rules.principal.trust_action_mismatch import TrustActionMismatch
from payguard.rules.principal.trust_anyone import TrustAnyone
from payguard.rules.principal.trust_foreign_action import TrustForeignAction
from payguard.rules.principal.trust_not_principal import TrustNotPrincipal
from payguard.rules.principal.trust_with_resource import TrustWithResource
from payguard.rules.principal.unknown_principal_type import UnknownPrincipalType
from payguard.rules.redundancy.duplicate_statement import DuplicateStatement
from payguard.rules.redundancy.presence_by_wildcard import PresenceByWildcard
from payguard.rules.redundancy.redundant_action import RedundantAction
from payguard.rules.redundancy.redundant_condition_value import RedundantConditionValue
from payguard.rules.redundancy.redundant_principal import RedundantPrincipal
from payguard.rules.redundancy.redundant_resource import RedundantResource
from payguard.rules.redundancy.wildcard_only_condition import WildcardOnlyCondition
from payguard.rules.resource.action_resource_mismatch import ActionResourceMismatch
from payguard.rules.resource.malformed_arn import MalformedArn
from payguard.rules.resource.malformed_arn_account import MalformedArnAccount
from payguard.rules.resource.malformed_arn_region import MalformedArnRegion
from payguard.rules.resource.placeholder_in_arn import PlaceholderInArn
from payguard.rules.resource.unknown_arn_service import UnknownArnService
from payguard.rules.resource.unknown_partition import UnknownPartition
from payguard.rules.role.access_outside_managers import AccessOutsideManagers
from payguard.rules.role.allow_overridden import AllowOverridden
from payguard.rules.role.payment_deny_missing import PaymentDenyMissing
from payguard.rules.role.permission_beyond_contract import PermissionBeyondContract
from payguard.rules.role.policy_not_known import PolicyNotKnown
from payguard.rules.role.principal_with_both_duties import PrincipalWithBothDuties
from payguard.rules.role.redundant_statement import RedundantStatement
from payguard.rules.role.required_permission_missing import RequiredPermissionMissing
from payguard.rules.role.separation_by_another_role import SeparationByAnotherRole
from payguard.rules.role.separation_of_duties import SeparationOfDuties
from payguard.rules.role.statement_grants_nothing import StatementGrantsNothing
from payguard.rules.role.token_outside_service_role import TokenOutsideServiceRole
from payguard.rules.rule import Rule

RULES: tuple[type[Rule], ...] = (
    AccessOutsideManagers,
    AcpsArnOnly,
    ActionMatchesNothing,
    ActionResourceMismatch,
    AgentcoreTrustUnconditional,
    AllowNotPrincipal,
    AllowOverridden,
    AudienceSetOperator,
    ConditionHoldsWithoutKey,
    ConditionKeyNeverPresent,
    ConditionKeyPrincipalMismatch,
    ConditionTagKeyMissing,
    ConditionValueType,
    DeletedPrincipal,
    DeprecatedConditionKey,
    DuplicateConditionKey,
    DuplicateSid,
    DuplicateStatement,
    EmptyConditionValues,
    EmptyElement,
    EmptySid,
    ExclusiveElements,
    FederatedPrincipalUnsupported,
    ForallvaluesAbsentKey,
    GithubTrustAnyRepository,
    GithubTrustBroadSubject,
    ImpossibleConditionValue,
    InvalidEffect,
    InvalidSid,
    InvalidVersion,
    MalformedAction,
    MalformedArn,
    MalformedArnAccount,
    MalformedArnRegion,
    MalformedConditionArn,
    MalformedConditionKey,
    MalformedFederatedPrincipal,
    MalformedPaymentResource,
    MalformedPaymentValue,
    MalformedPrincipal,
    MalformedServicePrincipal,
    MalformedVariable,
    ManagerNotInResource,
    ManagerWithoutSubResources,
    MfaConditionGap,
    MissingElement,
    MissingVersion,
    NotActionWithTagCondition,
    NullIfExists,
    NullWithQuantifier,
    OidcTrustUnconditional,
    OldVersion,
    OperatorTypeMismatch,
    PassRoleWithoutService,
    PaymentDenyMissing,
    PaymentsByExclusion,
    PaymentsFullAccess,
    PermissionBeyondContract,
    PlaceholderInArn,
    PolicyNotKnown,
    PolicyTooLarge,
    PresenceByWildcard,
    PrincipalNotSupported,
    PrincipalPartialWildcard,
    PrincipalWithBothDuties,
    PrivateSourceIp,
    QuantifierMissing,
    QuantifierOnSingleValuedKey,
    RcpPrincipalNotStar,
    RedundantAction,
    RedundantConditionValue,
    RedundantPrincipal,
    RedundantResource,
    RedundantStatement,
    RequiredPermissionMissing,
    SecretArnWithoutSuffix,
    SecretsOnAnyResource,
    SeparationByAnotherRole,
    SeparationOfDuties,
    ServicePrincipalUnrestricted,
    SeveralBooleans,
    SourceAccountMismatch,
    SourceArnNotPaymentManager,
    SpendOnAnyResource,
    StatementGrantsNothing,
    StringOperatorOnArnKey,
    TokenOutsideServiceRole,
    TokenVaultNotInResource,
    TrustActionMismatch,
    TrustAnyone,
    TrustForeignAction,
    TrustNotPrincipal,
    TrustWithResource,
    UnexpectedPolicyId,
    UnfilledPlaceholder,
    UnknownAction,
    UnknownArnService,
    UnknownConditionOperator,
    UnknownElement,
    UnknownGlobalConditionKey,
    UnknownPartition,
    UnknownPrincipalType,
    UnknownService,
    UnknownServiceConditionKey,
    UnpairedConditionKey,
    UnsupportedCharacter,
    UnsupportedInRcp,
    UntrustworthyConditionKey,
    UpperCaseWorkloadIdentity,
    VariableInTypedCondition,
    VariableNotAllowed,
    VariableWithoutVersion,
    WeakPaymentDeny,
    WildcardInSensitiveKey,
    WildcardOnlyCondition,
    WildcardReachesPayments,
    WildcardService,
    WildcardWithoutLike,
    WrongType,
)
