"""Who may assume the roles: nobody both opens budgets and spends from them, unless it is advisory."""

from collections.abc import Iterator

import pulumi
import pytest

from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import ROLE, Account, iam
from pulumi_components.sample_arguments import ACCOUNT, MANAGER, callers, everything, principal

AGENT = principal("agent")
ELSEWHERE = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/agent/run"


@pytest.fixture
def account() -> Iterator[Account]:
    with iam(ACCOUNT) as found:
        yield found


SHARED = [
    pytest.param([AGENT], [AGENT], id="a role"),
    pytest.param([principal("desk"), AGENT], [AGENT], id="one of two roles"),
    pytest.param([USER], [USER], id="a user"),
    pytest.param([SESSION], [SESSION], id="a session of a role"),
    pytest.param([principal("a", ELSEWHERE)], [principal("a", ELSEWHERE)], id="another account's"),
    pytest.param([ROOT], [ROOT], id="an account as a whole"),
]


@pytest.mark.parametrize(("management", "spenders"), SHARED)
def test_a_principal_that_may_open_budgets_and_spend_is_refused(
    account: Account, management: list[str], spenders: list[str]
) -> None:
    args = callers(management_principals=management, process_payment_principals=spenders)
    with pytest.raises(pulumi.InputPropertyError) as error:
        deploy_roles(args, account)
    assert error.value.property_path == "processPaymentPrincipals[0]"
    for part in ("managementPrincipals[", "CreatePaymentSession", "ProcessPayment", spenders[0]):
        assert part in error.value.reason
    assert 'separation = "advisory"' in error.value.reason
    assert account.roles() == []


@pytest.mark.parametrize(("management", "spenders"), SHARED)
def test_advisory_warns_and_makes_the_roles(
    account: Account, management: list[str], spenders: list[str]
) -> None:
    args = callers(
        management_principals=management,
        process_payment_principals=spenders,
        separation="advisory",
    )
    made = deploy_roles(args, account)
    (warning,) = made.warnings()
    assert warning.startswith("processPaymentPrincipals[0]: ")
    assert len(made.of(ROLE)) == 3


@pytest.mark.parametrize(
    ("management", "spenders", "path"),
    [
        ([AGENT], [SESSION], "processPaymentPrincipals[0]"),
        ([SESSION], [AGENT], "managementPrincipals[0]"),
        ([principal("team/agent")], [SESSION], "processPaymentPrincipals[0]"),
    ],
)
def test_a_session_has_what_its_role_has(
    account: Account, management: list[str], spenders: list[str], path: str
) -> None:
    args = callers(management_principals=management, process_payment_principals=spenders)
    with pytest.raises(pulumi.InputPropertyError, match="is also among") as error:
        deploy_roles(args, account)
    lists = {"managementPrincipals[0]", "processPaymentPrincipals[0]"}
    (other,) = lists - {path}
    assert {error.value.property_path} | lists == lists
    assert other in str(error.value)
    assert path in str(error.value)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (f"{SESSION}2", ['sessions of one role, "agent"', "may choose the session's name"]),
        (SESSION.replace("/agent/", "/desk/"), []),
        (SESSION.replace(ACCOUNT, ELSEWHERE), []),
    ],
)
def test_sessions_of_one_role_are_not_known_to_be_held_apart(
    account: Account, other: str, words: list[str]
) -> None:
    args = callers(management_principals=[SESSION], process_payment_principals=[other])
    warnings = deploy_roles(args, account).warnings()
    assert len(warnings) == min(1, len(words))
    for word in words:
        assert word in warnings[0]


def test_a_principal_from_outputs_is_refused_before_a_role_is_made(account: Account) -> None:
    with pytest.raises(pulumi.InputPropertyError, match=r"^processPaymentPrincipals\[0\]: "):
        deploy_roles(
            lambda: callers(
                management_principals=pulumi.Output.from_input([AGENT]),
                process_payment_principals=[AGENT],
            ),
            account,
        )
    assert account.roles() == []


@pytest.mark.parametrize("preview", [True, False])
def test_shared_principals_are_refused_before_the_managers_are_known(
    account: Account, *, preview: bool
) -> None:
    def args() -> dict[str, object]:
        unknown = pulumi.Output.from_input(pulumi.output.UNKNOWN if preview else [MANAGER])
        return callers(payment_manager_arns=unknown, management_principals=[AGENT])

    with pytest.raises(pulumi.InputPropertyError, match=r"^processPaymentPrincipals\[0\]: "):
        deploy_roles(args, account, preview=preview)
    assert account.roles() == []


def test_shared_principals_are_refused_beside_one_that_is_not_known_yet(account: Account) -> None:
    def args() -> dict[str, object]:
        unknown = pulumi.Output.from_input(pulumi.output.UNKNOWN)
        return callers(management_principals=[unknown, AGENT])

    with pytest.raises(
        pulumi.InputPropertyError, match=r"^processPaymentPrincipals\[0\]: "
    ) as error:
        deploy_roles(args, account, preview=True)
    assert "is also among managementPrincipals[1]" in str(error.value)


@pytest.mark.parametrize("known", [[], [principal("budget-desk")]])
def test_principals_that_are_not_known_yet_are_not_taken_for_shared(
    account: Account, known: list[object]
) -> None:
    def args() -> dict[str, object]:
        unknown = pulumi.Output.from_input(pulumi.output.UNKNOWN)
        return callers(
            management_principals=[*known, unknown], process_payment_principals=[unknown]
        )

    assert len(deploy_roles(args, account, preview=True).of(ROLE)) == 3


def test_advisory_says_it_once_where_the_managers_are_known_later(account: Account) -> None:
    def args() -> dict[str, object]:
        managers = pulumi.Output.from_input([MANAGER])
        return callers(
            payment_manager_arns=managers, management_principals=[AGENT], separation="advisory"
        )

    assert len(deploy_roles(args, account).warnings()) == 1


@pytest.mark.parametrize(
    "args",
    [
        callers(),
        callers(viewer_principals=[principal("budget-desk"), AGENT]),
        everything(control_plane_principals=[principal("budget-desk")]),
        callers(management_principals=None, viewer_principals=[AGENT]),
        callers(process_payment_principals=[principal("agent", ELSEWHERE)]),
        callers(viewer_principals=[ROOT]),
        callers(management_principals=[ROOT], process_payment_principals=None),
        callers(management_principals=[f"arn:aws:iam::{ELSEWHERE}:root"]),
    ],
    ids=[
        "three of their own",
        "readers that also do one thing",
        "an administrator that opens budgets",
        "a spender that reads",
        "a spender of another account",
        "an account that reads",
        "an account that opens budgets, and no spender",
        "another account that opens budgets",
    ],
)
def test_principals_that_do_one_of_the_two_are_taken_without_a_word(
    account: Account, args: dict[str, object]
) -> None:
    assert deploy_roles(args, account).warnings() == []


@pytest.mark.parametrize(
    ("management", "spenders", "doubted"),
    [([ROOT], [AGENT], AGENT), ([USER], [ROOT], USER), ([SESSION], [ROOT], SESSION)],
)
def test_an_account_as_a_whole_beside_one_of_its_roles_is_not_known_and_said(
    account: Account, management: list[str], spenders: list[str], doubted: str
) -> None:
    args = callers(management_principals=management, process_payment_principals=spenders)
    (warning,) = deploy_roles(args, account).warnings()
    assert warning.startswith(f'whether "{doubted}"')
    assert "trusts its whole account, whose policies decide" in warning


def test_a_role_that_is_made_may_not_become_the_one_that_spends(account: Account) -> None:
    args = callers(name_prefix="shop-", process_payment_principals=[principal("shop-management")])
    with pytest.raises(pulumi.InputPropertyError) as error:
        deploy_roles(args, account)
    assert "becomes shop-process-payment" in error.value.reason
    assert account.roles() == []
